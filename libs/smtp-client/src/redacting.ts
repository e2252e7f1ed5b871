// Takes a password or a token out of what a server says: some echo the line that they refuse, in whatever form they log it. Pure.
import { secretOf, type SignIn } from './signing-in/credentials.js';

export type Redact = (text: string) => string;

const MASK = '***';

/** Fewer bytes occur by chance in the middle of base64 or among hexadecimal digits. */
const LEAST_BYTES_INSIDE = 4;

// A reply may break anywhere; the next line may begin with codes of its own.
const LINE_BREAK = /[ \t]{0,8}\r?\n(?:[2-5]\d\d[ -])?(?:[245]\.\d{1,3}\.\d{1,3}[ \t])?[ \t]{0,8}/g;
/** RFC 2045 6.7: a line of quoted-printable that goes on ends in `=`. */
const SOFT_LINE_BREAK = new RegExp(`=${LINE_BREAK.source}`, 'g');
/** Forms put `+` or `_` for a blank, and what is broken at a blank loses it. */
const BLANKS = /[ \t+_]/g;
const PERCENT = /%([0-9a-f]{2})/gi;
/** Percent-encoding, quoted-printable, HTML, and what JSON puts a backslash before. */
const ESCAPED = /%([0-9a-f]{2})|=([0-9a-f]{2})|&#x0{0,4}([0-9a-f]{1,6});|&#(\d{1,7});|&(amp|lt|gt|quot|apos);|\\(["'\\/])/gi;
/** Letters that have a small form, byte by byte as a reading has them: servers log in capitals, too. */
const CAPITALS = /[A-Z]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A reading of a reply, one letter a byte, and where in the reply each of them comes from. */
type Reading = { letters: string; starts: number[]; ends: number[] };
type Range = [start: number, end: number];

const nothing = (): string => '';

/**
 * Replaces the secret by asterisks wherever it stands: as it is, in percent-encoding, quoted-printable or HTML (also mixed), as hexadecimal
 * digits, or in base64 alone or within something longer, such as what AUTH PLAIN sends; in one line or broken over several.
 */
export function redactionOf(auth: SignIn): Redact {
  const secret = secretOf(auth);
  if (auth.type === 'none' || secret === '') return (text) => text;
  const bytes = Buffer.from(secret);
  const isLong = bytes.length >= LEAST_BYTES_INSIDE;
  const literal = replaced(readingOf(secret.replace(BLANKS, '')), CAPITALS, inSmallLetters).letters;
  const hexadecimal = bytes.toString('hex');
  const base64 = [
    Buffer.from(`\0${auth.username}\0${secret}`).toString('base64'),
    bytes.toString('base64'),
    ...(isLong ? insideBase64(bytes) : []),
  ].map((form) => form.replaceAll('=', ''));
  return (text) => {
    const reading = readingOf(text);
    const whole = replaced(replaced(reading, SOFT_LINE_BREAK, nothing), LINE_BREAK, nothing);
    const found = [replaced(reading, LINE_BREAK, nothing), whole]
      .flatMap((joinedLines) => [joinedLines, replaced(joinedLines, ESCAPED, unescaped)])
      .flatMap((plain) => {
        // Only now: what is escaped has capitals of its own.
        const joined = replaced(replaced(plain, CAPITALS, inSmallLetters), BLANKS, nothing);
        return placesOf(literal, joined.letters, joined);
      });
    const inBase64 = replaced(replaced(whole, PERCENT, unescaped), /[ \t:]/g, nothing);
    const letters = inBase64.letters.replaceAll('-', '+').replaceAll('_', '/');
    for (const form of base64) found.push(...placesOf(form, letters, inBase64, '='));
    if (isLong) {
      const digits = replaced(whole, /[ \t:]/g, nothing);
      found.push(...placesOf(hexadecimal, digits.letters.toLowerCase(), digits));
    }
    return found.length === 0 ? text : masked(text, found);
  };
}

const inSmallLetters = ([letter]: RegExpMatchArray): string => {
  if (letter.length === 1) return letter.toLowerCase();
  const small = Buffer.from(letter, 'latin1').toString('utf8').toLowerCase();
  // Bytes that are no UTF-8 stay as they are.
  return small.includes('\ufffd') ? letter : Buffer.from(small).toString('latin1');
};

function readingOf(text: string): Reading {
  const reading: Reading = { letters: '', starts: [], ends: [] };
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    add(reading, character < '\x80' ? character : Buffer.from(character).toString('latin1'), at, end);
    at = end;
  }
  return reading;
}

function add(reading: Reading, letters: string, start: number, end: number): void {
  reading.letters += letters;
  for (let index = 0; index < letters.length; index += 1) {
    reading.starts.push(start);
    reading.ends.push(end);
  }
}

/** The reading with other letters where the pattern fits; they come from where all of what they replace does. */
function replaced(reading: Reading, pattern: RegExp, by: (match: RegExpMatchArray) => string): Reading {
  const { letters, starts, ends } = reading;
  const result: Reading = { letters: '', starts: [], ends: [] };
  let done = 0;
  const keep = (to: number): void => {
    result.letters += letters.slice(done, to);
    for (let index = done; index < to; index += 1) {
      result.starts.push(starts[index] ?? 0);
      result.ends.push(ends[index] ?? 0);
    }
  };
  const matches = [...letters.matchAll(pattern)];
  if (matches.length === 0) return reading;
  for (const match of matches) {
    keep(match.index);
    done = match.index + match[0].length;
    add(result, by(match), starts[match.index] ?? 0, ends[done - 1] ?? 0);
  }
  keep(letters.length);
  return result;
}

function unescaped([all, percent, quoted, hex, decimal, name, plain]: RegExpMatchArray): string {
  const byte = percent ?? quoted;
  if (byte !== undefined) return String.fromCharCode(parseInt(byte, 16));
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? all;
  if (plain !== undefined) return plain;
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  return code > 0x10ffff ? all : Buffer.from(String.fromCodePoint(code)).toString('latin1');
}

function placesOf(needle: string, letters: string, { starts, ends }: Reading, padding?: string): Range[] {
  const places: Range[] = [];
  if (needle === '') return places;
  for (let at = letters.indexOf(needle); at !== -1; at = letters.indexOf(needle, at + needle.length)) {
    let last = at + needle.length - 1;
    while (padding !== undefined && letters[last + 1] === padding) last += 1;
    places.push([starts[at] ?? 0, ends[last] ?? 0]);
  }
  return places;
}

function masked(text: string, places: Range[]): string {
  let clean = '';
  let done = 0;
  for (const [start, end] of places.sort(([a], [b]) => a - b)) {
    // Readings find the same place, or parts of it.
    if (start >= done) clean += text.slice(done, start) + MASK;
    done = Math.max(done, end);
  }
  return clean + text.slice(done);
}

/** The letters that stand for these bytes alone, wherever in a group of three the first of them comes. */
const insideBase64 = (bytes: Buffer): string[] =>
  [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    return all.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6));
  });
