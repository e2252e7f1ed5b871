// Takes a password out of what a server says: some echo the line that they refuse, in whatever form they log it. Pure.
import { type SmtpServer } from './smtp-server.js';

export type Redact = (text: string) => string;

const MASK = '***';

/** Fewer bytes occur by chance in the middle of base64 or among hexadecimal digits. */
const LEAST_BYTES_INSIDE = 4;

// A reply may break anywhere, also by a soft break of quoted-printable; the next line may begin with codes of its own.
const NEXT_LINE = '=?\\r?\\n(?:[2-5]\\d\\d[ -])?(?:[245]\\.\\d{1,3}\\.\\d{1,3}[ \\t])?[ \\t]{0,8}';
const BREAK = `(?:[ \\t]{0,8}${NEXT_LINE})?`;
// What is made of digits alone is also set apart by blanks and colons.
const GAP = `[ \\t:]{0,8}(?:${NEXT_LINE})?`;

const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', ' ': '[+_]' };

/**
 * Replaces the password by asterisks wherever it stands: as it is, in percent-encoding, quoted-printable or HTML (also mixed), as hexadecimal
 * digits, or in base64 alone or within something longer, such as what AUTH PLAIN sends; in one line or broken over several.
 */
export function redactionOf(auth: SmtpServer['auth']): Redact {
  if (auth.type === 'none' || auth.password === '') return (text) => text;
  const bytes = Buffer.from(auth.password);
  const forms = [
    encoded(Buffer.from(`\0${auth.username}\0${auth.password}`).toString('base64')),
    encoded(bytes.toString('base64')),
    ...(bytes.length < LEAST_BYTES_INSIDE ? [] : [...insideBase64(bytes).map(encoded), hexadecimal(bytes)]),
    Array.from(auth.password, written).join(BREAK),
  ];
  const pattern = new RegExp(forms.join('|'), 'giu');
  return (text) => text.replace(pattern, MASK);
}

const exactly = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** One character in each way to write it. */
function written(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = [...Buffer.from(character)].map((byte) => byte.toString(16).padStart(2, '0'));
  const ways = [
    `\\\\?${exactly(character)}`,
    hex.map((digits) => `%${digits}`).join(BREAK),
    hex.map((digits) => `=${digits}`).join(BREAK),
    `&#(?:${code}|x0{0,4}${code.toString(16)});`,
    ...(NAMED[character] === undefined ? [] : [NAMED[character]]),
  ];
  return `(?:${ways.join('|')})`;
}

/** Base64 of both alphabets, also percent-encoded. */
const encoded = (base64: string): string =>
  Array.from(base64, (character) => {
    if (character === '+') return '(?:[+\\-]|%2b)';
    if (character === '/') return '(?:[\\/_]|%2f)';
    return character === '=' ? '(?:=|%3d)?' : character;
  }).join(GAP);

/** The letters that stand for these bytes alone, wherever in a group of three the first of them comes. */
const insideBase64 = (bytes: Buffer): string[] =>
  [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    return all.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6));
  });

const hexadecimal = (bytes: Buffer): string => Array.from(bytes.toString('hex')).join(GAP);
