// Finds addresses in text that others wrote, and tells which recipient of a delivery an address belongs to: a certain one or none, never
// the likeliest.
import { domainToASCII } from 'node:url';

// The domain may have the 255 characters of RFC 5321 4.5.3.1, the local part 128, twice as many as there. A match starts only at the
// beginning of a word, so a megabyte without a blank is not searched again from each of its characters.
const ADDRESS = /(?<![^\s<>()[\]",;:'`|=@\\])[^\s<>()[\]",;:'`|=@\\]{1,128}@[^\s<>()[\]",;:'`|=@\\/?&!]{1,255}/gu;

/** An address in a line, and where it begins. */
export interface FoundAddress {
  readonly address: string;
  readonly index: number;
}

/** The addresses in a line of text, in their order. */
export function addressesIn(line: string): FoundAddress[] {
  if (!line.includes('@')) return [];
  return [...line.matchAll(ADDRESS)].map((found) => ({ address: found[0].replace(/[.*_-]+$/, ''), index: found.index }));
}

/**
 * Returns the address in a field of a report: `rfc822; user@example.com` (RFC 3464 2.3.1), `utf-8; j\x{F6}rg@example.com` (RFC 6533 3), or
 * `rfc822;user+2Btag@example.com` as it was in ORCPT (RFC 3461 4), with or without angle brackets. Returns `null` if the field contains
 * none.
 */
export function addressOfField(value: string): string | null {
  const typed = /^\s*([\w.+-]{1,40})\s*;\s*(.*)$/.exec(value);
  const text = typed === null ? value : unescaped(typed[1]!.toLowerCase(), typed[2]!);
  const bracketed = /<([^<>\s]{1,400})>/.exec(text)?.[1] ?? text;
  const quotedLocalPart = /^\s*("[^"\n]{1,128}"@[\w.-]{1,255})\s*$/.exec(bracketed)?.[1];
  return quotedLocalPart ?? addressesIn(bracketed)[0]?.address ?? addressesIn(text)[0]?.address ?? null;
}

function unescaped(type: string, address: string): string {
  if (type !== 'utf-8') return address;
  return address.replace(/\\x\{([\da-f]{1,6})\}/gi, (whole, hex: string) => {
    const point = parseInt(hex, 16);
    return point <= 0x10_ffff ? String.fromCodePoint(point) : whole;
  });
}

/**
 * Returns a form in which two spellings of one address are equal, whatever their case and the IDNA form of the domain. Nobody distinguishes
 * local parts by case (RFC 5321 2.4).
 */
function comparable(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address
    .slice(0, at)
    .replace(/^"(.*)"$/, '$1')
    .normalize('NFC')
    .toLowerCase();
  const domain = address.slice(at + 1).toLowerCase();
  return `${local}@${domainToASCII(domain) || domain}`;
}

/** The recipients of a delivery, to be found by any spelling of their addresses. */
export class KnownRecipients {
  /** The recipient, if there is only one: then any report about the delivery is about that recipient. */
  readonly only: string | null;
  private readonly byAddress = new Map<string, string | null>();

  constructor(recipients: readonly string[]) {
    for (const recipient of recipients) {
      const key = comparable(recipient);
      const known = this.byAddress.get(key);
      // If two recipients differ only in spelling, neither is certain.
      this.byAddress.set(key, known === undefined || known === recipient ? recipient : null);
    }
    const certain = [...this.byAddress.values()];
    this.only = certain.length === 1 ? certain[0]! : null;
  }

  find(address: string | null): string | null {
    if (address === null) return null;
    // The address may be xtext (RFC 3461 4) that nobody decoded, with a plus sign as +2B.
    return this.byAddress.get(comparable(address)) ?? this.byAddress.get(comparable(decodeXtext(address))) ?? null;
  }
}

function decodeXtext(address: string): string {
  return address.replace(/\+([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
