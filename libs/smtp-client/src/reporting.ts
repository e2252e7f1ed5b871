// What a server is asked to report of a message, as parameters of MAIL and RCPT (RFC 3461; for addresses beyond ASCII RFC 6533).
import { needsSmtpUtf8 } from '@billing-mail/contracts';

export type Reporting = { atMail: string; atRcpt: (address: string) => string };

/** RFC 3461 4.4 and 4.2: longer ones a server may refuse, and with them the message. */
const MOST_ENVELOPE_ID = 100;
const MOST_ORIGINAL_RECIPIENT = 500;

/**
 * Failures and delays, with the headers of the message alone: a document need not travel back. Nothing but what is printable and no "+", "="
 * or blank gets into a command, whatever an address holds.
 */
export function reportingOn(envelopeId: string): Reporting {
  const id = xtext(envelopeId);
  return {
    atMail: ` RET=HDRS${id.length > MOST_ENVELOPE_ID ? '' : ` ENVID=${id}`}`,
    atRcpt: (address) => {
      const original = needsSmtpUtf8(address) ? `utf-8;${utf8Xtext(address)}` : `rfc822;${xtext(address)}`;
      return ` NOTIFY=FAILURE,DELAY${original.length > MOST_ORIGINAL_RECIPIENT ? '' : ` ORCPT=${original}`}`;
    },
  };
}

/** RFC 3461 4: printable ASCII but "+" and "=" stands for itself. */
const xtext = (text: string): string =>
  [...Buffer.from(text)].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `+${hex(byte)}`)).join('');

/** RFC 6533 3: the form that fits also where the server does not take UTF-8 in commands. */
const utf8Xtext = (text: string): string =>
  Array.from(text, (letter) => {
    const point = letter.codePointAt(0) ?? 0;
    return isPlain(point) && letter !== '\\' ? letter : `\\x{${hex(point)}}`;
  }).join('');

const isPlain = (code: number): boolean => code > 0x20 && code < 0x7f && code !== 0x2b && code !== 0x3d;
const hex = (code: number): string => code.toString(16).toUpperCase().padStart(2, '0');
