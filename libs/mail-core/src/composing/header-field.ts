// Writes the header fields of a message as bytes on the wire: encoded words, quoted names, folding. No text that somebody typed can start a
// field of its own.
import { addressOnWire, explainAddress, explainRecipient, needsSmtpUtf8 } from '@billing-mail/contracts';
import { encodeWord, foldLines, quoteString } from 'nodemailer/lib/mime-funcs';

/** A header value that would not arrive as written or would change the header around it. It never comes from vetted input. */
export class UnsafeHeaderError extends Error {
  override readonly name = 'UnsafeHeaderError';
}

/** An address with an optional display name, as the fields From, To and Cc hold them. */
export type HeaderMailbox = { readonly address: string; readonly name?: string | null | undefined };

// RFC 5322 2.1.1: 78 without the line end; nodemailer folds at 76, as RFC 2047 2 demands for lines with encoded words.
const LINE_LENGTH = 76;
// RFC 2047 2 allows 75; with 64 the first word fits beside the name of its field. Fewer words also lead to fewer errors of mail readers:
// Python before 3.13.2 shows a blank between two words of a display name, against RFC 2047 6.2.
const ENCODED_WORD_LENGTH = 64;
// A longer word cannot be folded unless it is encoded. So no line comes near the limit of 998 (RFC 5322 2.1.1), whatever is typed.
const LONGEST_PLAIN_WORD = 60;
const CRLF = '\r\n';

/** Returns `name: text` with the text encoded if it is not plain ASCII (RFC 2047), folded, with its line end. */
export function textField(name: string, text: string): string {
  return fold(`${name}: ${isPlain(text) ? text : encodedWords(refuseLineEnds(name, text))}`) + CRLF;
}

/** Returns `name: value` for a value that the program itself made (date, id, token): visible ASCII and single spaces, never encoded. */
export function structuredField(name: string, value: string): string {
  if (!/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(value)) throw new UnsafeHeaderError(`${name} is not a plain ASCII value`);
  return fold(`${name}: ${value}`) + CRLF;
}

/** From, Reply-To, To or Cc: one mailbox to a line, so that the size of a long list is the sum of its parts. */
export function mailboxField(name: string, mailboxes: readonly HeaderMailbox[]): string {
  const lines = mailboxes.map((mailbox, index) => fold(`${index === 0 ? `${name}:` : ''} ${encodeMailbox(name, mailbox)}`));
  return lines.join(`,${CRLF}`) + CRLF;
}

function encodeMailbox(field: string, { address, name }: HeaderMailbox): string {
  // Only the reason, never the address itself, because error messages end up in logs.
  const reason = field === 'To' || field === 'Cc' ? explainRecipient(address) : explainAddress(address);
  if (reason !== null) throw new UnsafeHeaderError(`an address of ${field} ${reason}`);
  const shown = name === null || name === undefined || name.trim() === '' ? null : refuseLineEnds(field, name);
  // RFC 6857 3.1.8: written as a group without members, an address beyond ASCII can be read everywhere, and the message stays the same for
  // all servers.
  if (needsSmtpUtf8(address)) return `${encodedWords(shown === null ? address : `${shown} <${address}>`)}:;`;
  return shown === null ? addressOnWire(address) : `${encodePhrase(shown)} <${addressOnWire(address)}>`;
}

// RFC 5322 3.2.5: letters, digits and single spaces stand as they are, other ASCII in quotes, the rest in encoded words.
function encodePhrase(name: string): string {
  if (!isPlain(name)) return encodedWords(name);
  return /^[A-Za-z0-9 ]+$/.test(name) ? name : quoteString(name);
}

/**
 * Whether a text may stand without encoding. Runs of spaces are encoded because folding and readers change them; `=?` because readers
 * decode whatever looks like an encoded word.
 */
function isPlain(text: string): boolean {
  if (!/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text) || text.includes('=?')) return false;
  return text.split(' ').every((word) => word.length <= LONGEST_PLAIN_WORD);
}

/** Returns the shorter of the two encodings of RFC 2047. Encoded words never split a character, not even a surrogate pair. */
function encodedWords(text: string): string {
  const quoted = encodeWord(text, 'Q', ENCODED_WORD_LENGTH);
  const base64 = encodeWord(text, 'B', ENCODED_WORD_LENGTH);
  return quoted.length <= base64.length ? quoted : base64;
}

function fold(line: string): string {
  return foldLines(line, LINE_LENGTH);
}

/** Returns `value` unchanged. @throws UnsafeHeaderError if it could end the field `field` or is not well-formed Unicode */
export function refuseLineEnds(field: string, value: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly the characters that end a line or a string somewhere on the way
  if (/[\r\n\u0000]/.test(value)) throw new UnsafeHeaderError(`${field} contains a line break or NUL`);
  if (!value.isWellFormed()) throw new UnsafeHeaderError(`${field} is not well-formed Unicode`);
  return value;
}

/**
 * Returns `block` unchanged. For everything that the contracts allow, its fields are 7-bit lines of at most 998 characters (RFC 5322 2.1.1)
 * by construction. Other input must not be altered silently.
 * @throws UnsafeHeaderError if a line is longer or not 7-bit
 */
export function refuseUnfitBlock(block: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly what is not 7-bit
  if (/[^\x00-\x7f]/.test(block)) throw new UnsafeHeaderError('a header is not ASCII');
  if (/^.{999}/m.test(block)) throw new UnsafeHeaderError('a header has a line of more than 998 characters');
  return block;
}
