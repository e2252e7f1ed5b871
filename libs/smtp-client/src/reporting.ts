// Parameters of MAIL and RCPT that ask a server for delivery reports (RFC 3461; RFC 6533 for addresses with characters outside ASCII).
import { needsSmtpUtf8 } from '@billing-mail/contracts';

export type Reporting = { atMail: string; atRcpt: (address: string) => string };

/** RFC 3461 4.4 and 4.2: a server may refuse longer values, and the message with them. */
const MOST_ENVELOPE_ID = 100;
const MOST_ORIGINAL_RECIPIENT = 500;

/**
 * Asks for reports of failures and delays that contain only the headers of the message, because a document need not travel back. The values
 * are encoded so that no control character, space, "+" or "=" of an address gets into a command.
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

/** RFC 3461 4: printable ASCII characters other than "+" and "=" stand for themselves. */
const xtext = (text: string): string =>
  [...Buffer.from(text)].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `+${hex(byte)}`)).join('');

/** RFC 6533 3: the form that is also valid for servers that do not accept UTF-8 in commands. */
const utf8Xtext = (text: string): string =>
  Array.from(text, (letter) => {
    const point = letter.codePointAt(0) ?? 0;
    return isPlain(point) && letter !== '\\' ? letter : `\\x{${hex(point)}}`;
  }).join('');

const isPlain = (code: number): boolean => code > 0x20 && code < 0x7f && code !== 0x2b && code !== 0x3d;
const hex = (code: number): string => code.toString(16).toUpperCase().padStart(2, '0');
