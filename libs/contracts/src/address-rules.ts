// The one rule for what an e-mail address may look like, without the schemas made of it: the web page weighs what it imports.
import { domainToASCII } from 'node:url';

// RFC 5322 3.2.3 atext; quoted local parts are legal but carry injections through real servers, so they are refused.
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
// RFC 5321 4.5.3.1: local part 64 octets; path 256 with the angle brackets.
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

/** Why `value` is no usable address, in words for the person who typed it; `null` when it is one. */
export function explainAddress(value: string): string | null {
  const at = value.lastIndexOf('@');
  if (value.trim() !== value) return 'has spaces around it; remove them';
  if (at <= 0 || at === value.length - 1) return 'is not an e-mail address; it needs the form name@example.com';
  const local = value.slice(0, at);

  if (/[^\x21-\x7e]/.test(local))
    return 'has a space, line break or non-ASCII character before the @; use plain letters, digits and . - _ +';
  if (local.length > MAX_LOCAL) return `has more than ${MAX_LOCAL} characters before the @`;
  if (!LOCAL_PART.test(local)) return 'has a character before the @ that mail servers do not take; use letters, digits and . - _ +';
  const domain = asciiDomain(value.slice(at + 1));
  if (domain === null) return 'has no valid domain after the @; it needs the form name@example.com';
  if (local.length + 1 + domain.length > MAX_ADDRESS) return `is longer than ${MAX_ADDRESS} characters`;
  return null;
}

/** The domain in its ASCII form (IDNA A-labels, lower case), or `null` when it is none. */
export function asciiDomain(domain: string): string | null {
  // domainToASCII follows the URL standard, which decodes percent signs and reads numbers as IPv4: only letters of a domain get there.
  if (/[^\p{L}\p{M}\p{N}.\-\u200c\u200d]/u.test(domain)) return null;
  const ascii = domainToASCII(domain);
  if (ascii === '' || ascii.length > 253) return null;
  const labels = ascii.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null;
  // A numeric last label is an IP address, not a domain (RFC 3696 2).
  return /^\d+$/.test(labels[labels.length - 1] ?? '') ? null : ascii;
}

/** Display names as long as real ones get; longer ones are a mistake. */
export const DISPLAY_NAME = { min: 0, max: 320 } as const;
