// The one rule for what an e-mail address may look like. Kept apart from the schemas so that the page does not bundle zod.
import { domainToASCII } from 'node:url';

// RFC 5322 3.2.3 atext; quoted local parts are legal but carry injections through real servers, so they are refused.
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;
// RFC 6531 3.3 allows any character beyond ASCII. Of these, only letters, marks and digits are accepted here, but no invisible ones, such
// as fillers.
const INTERNATIONAL_LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~]+)*$/u;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
// Mobile carriers in Japan have given out addresses such as "user.@docomo.ne.jp" and "a..b@docomo.ne.jp". Elsewhere such a dot is a mistake.
const OLD_LOCAL_PART = /^[A-Za-z0-9][A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]*$/;
const DOMAINS_OF_OLD_FORMS: ReadonlySet<string> = new Set(['docomo.ne.jp', 'ezweb.ne.jp', 'au.com']);
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
// RFC 5321 4.5.3.1: local part 64 octets; path 256 with the angle brackets.
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

/**
 * Says why no mail can be sent to `value`, in words for the person who typed it. Returns `null` if mail can be sent. Accepts more than
 * `explainAddress`: also letters of all languages before the @ (RFC 6531), and forms that mobile carriers once gave out.
 */
export function explainRecipient(value: string): string | null {
  const reason = explainAddress(value);
  if (reason === null) return null;
  const at = value.lastIndexOf('@');
  const [local, domain] = [value.slice(0, at).normalize('NFC'), asciiDomain(value.slice(at + 1))];
  if (domain === null || isTooLong(local, domain)) return reason;
  if (!isAscii(local)) return INTERNATIONAL_LOCAL_PART.test(local) && !INVISIBLE.test(local) ? null : reason;
  return OLD_LOCAL_PART.test(local) && DOMAINS_OF_OLD_FORMS.has(domain) ? null : reason;
}

/** Whether a server has to offer SMTPUTF8 (RFC 6531) to take mail for the address. */
export const needsSmtpUtf8 = (address: string): boolean => !isAscii(address);

/**
 * Returns the address as SMTP commands and headers contain it: an ASCII local part that is not a dot-atom is quoted (RFC 5321 4.1.2), as
 * Postfix does too.
 */
export function addressOnWire(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  return isAscii(local) && !LOCAL_PART.test(local) ? `"${local}"${address.slice(at)}` : address;
}

// oxlint-disable-next-line no-control-regex -- exactly what is ASCII
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

// Octets count, not characters.
const isTooLong = (local: string, domain: string): boolean => {
  const bytes = new TextEncoder().encode(local).length;
  return bytes > MAX_LOCAL || bytes + 1 + domain.length > MAX_ADDRESS;
};

/** Says why `value` is not a usable address, in words for the person who typed it. Returns `null` if it is one. */
export function explainAddress(value: string): string | null {
  const at = value.lastIndexOf('@');
  if (value.trim() !== value) return 'has spaces around it; remove them';
  if (at <= 0 || at === value.length - 1) return 'is not an e-mail address; it needs the form name@example.com';
  const local = value.slice(0, at);

  if (local.includes('@')) return 'has more than one @; an address has exactly one';
  if (/^\.|\.\.|\.$/.test(local)) return 'has a dot at the beginning, at the end or next to another dot before the @';
  if (/[^\x21-\x7e]/.test(local))
    return 'has a space, line break or non-ASCII character before the @; use plain letters, digits and . - _ +';
  if (local.length > MAX_LOCAL) return `has more than ${MAX_LOCAL} characters before the @`;
  if (!LOCAL_PART.test(local)) return 'has a character before the @ that mail servers do not accept; use letters, digits and . - _ +';
  const domain = asciiDomain(value.slice(at + 1));
  if (domain === null) return 'has no valid domain after the @; it needs the form name@example.com';
  if (local.length + 1 + domain.length > MAX_ADDRESS) return `is longer than ${MAX_ADDRESS} characters`;
  return null;
}

/** Returns the domain in its ASCII form (IDNA A-labels, lower case), or `null` if it is not a domain. */
export function asciiDomain(domain: string): string | null {
  // domainToASCII follows the URL standard, which decodes percent signs and reads numbers as IPv4: only characters that a domain may have
  // are passed on.
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
