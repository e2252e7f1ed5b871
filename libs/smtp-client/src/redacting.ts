// Removes passwords and tokens from what a server says: some servers echo the line that they refuse, in whatever form they log it. Pure.
import { secretOf, type SignIn } from './signing-in/credentials.js';

export type Redact = (text: string) => string;

const MASK = '***';

/** Shorter secrets are not searched for inside base64 or as hexadecimal digits, because there they occur by chance. */
const LEAST_BYTES_INSIDE = 4;

// A reply may be broken over lines anywhere, and each line may begin with codes of its own.
const LINE_BREAK = /[ \t]{0,8}\r?\n(?:[2-5]\d\d[ -])?(?:[245]\.\d{1,3}\.\d{1,3}[ \t])?[ \t]{0,8}/g;
/** RFC 2045 6.7: in quoted-printable, a line that continues on the next one ends with `=`. */
const SOFT_LINE_BREAK = new RegExp(`=${LINE_BREAK.source}`, 'g');
/** Some encodings write a space as `+` or `_`, and a text that is wrapped at a space loses it. */
const BLANKS = /[ \t+_]/g;
/** Escapes of percent-encoding, quoted-printable and HTML, and the backslash escapes of JSON and programming languages. */
const ESCAPED = new RegExp(
  [
    '(?:[%=]|\\\\x)(?<hexByte>[0-9a-f]{2})',
    '(?:&#x0{0,4}|\\\\u\\{)(?<hexCode>[0-9a-f]{1,6})[;}]',
    '&#(?<decimalCode>[0-9]{1,7});',
    '&(?<name>[a-z]{2,6}[1-4]{0,2});',
    '\\\\(?<octalByte>[0-3][0-7]{2})',
    '\\\\u(?<units>d[89ab][0-9a-f]{2}\\\\ud[c-f][0-9a-f]{2}|[0-9a-f]{4})',
    '\\\\(?<plain>["\'\\\\/])',
  ].join('|'),
  'gi',
);
/** Characters that may have a lower-case form, as the UTF-8 bytes that a reading consists of: some servers log in capitals. */
const CAPITALS = /[A-Z]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;
/** Named characters of HTML: the signs of ASCII, U+00A0 to U+00BF and U+00E0 to U+00FF. Capitals differ in the case of their names only. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ...`amp& lt< gt> quot" apos' excl! num# dollar$ percnt% lpar( rpar) ast* plus+ comma, period. sol/ colon: semi; equals= quest? commat@
    lsqb[ lbrack[ bsol\\ rsqb] rbrack] hat^ lowbar_ grave\` lcub{ lbrace{ verbar| vert| rcub} rbrace} times× szligß euro€`
    .split(/\s+/)
    .map((pair): [string, string] => [pair.slice(0, -1), pair.slice(-1)]),
  ...namesFrom(0xa0, 'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr'),
  ...namesFrom(0xb0, 'deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest'),
  ...namesFrom(0xe0, 'agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml'),
  ...namesFrom(0xf0, 'eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'),
]);

function namesFrom(code: number, names: string): [name: string, letter: string][] {
  return names.split(' ').map((name, index) => [name, String.fromCodePoint(code + index)]);
}

/** A decoded form of a reply: `letters` has one character per byte; `starts` and `ends` say where in the reply each of them comes from. */
type Reading = { letters: string; starts: number[]; ends: number[] };
type Range = [start: number, end: number];

const nothing = (): string => '';

/**
 * Returns a function that replaces the secret by asterisks wherever it occurs: as it is; in percent-encoding, quoted-printable, HTML or
 * JSON (also mixed); as hexadecimal digits; in base64, alone or within something longer, such as what AUTH PLAIN sends. It may be split
 * over several lines.
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
      .flatMap((joinedLines) => [
        joinedLines,
        replaced(joinedLines, ESCAPED, unescaped),
        replaced(joinedLines, ESCAPED, unescapedFromLatin1),
      ])
      .flatMap((plain) => {
        // Converted to lower case only now, because capitals have a meaning in escape sequences.
        const joined = replaced(replaced(plain, CAPITALS, inSmallLetters), BLANKS, nothing);
        return placesOf(literal, joined.letters, joined);
      });
    const inBase64 = replaced(replaced(whole, ESCAPED, unescaped), /[ \t:]/g, nothing);
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
  // Bytes that are not valid UTF-8 stay as they are.
  return small.includes('\ufffd') ? letter : Buffer.from(small).toString('latin1');
};

function readingOf(text: string): Reading {
  const reading: Reading = { letters: '', starts: [], ends: [] };
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    add(reading, character < '\x80' ? character : inUtf8(character), at, end);
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

/** Returns the reading with each match of `pattern` replaced by `by`; the new letters come from the whole range of the match. */
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

const inUtf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** Returns what an escape sequence stands for, in bytes of UTF-8; `ofByte` converts bytes given by hexadecimal or octal digits. */
const unescaping =
  (ofByte: (byte: string) => string) =>
  ({ 0: all, groups = {} }: RegExpMatchArray): string => {
    const { hexByte, octalByte, hexCode, decimalCode, units, name, plain } = groups;
    if (plain !== undefined) return plain;
    if (hexByte !== undefined) return ofByte(String.fromCharCode(parseInt(hexByte, 16)));
    if (octalByte !== undefined) return ofByte(String.fromCharCode(parseInt(octalByte, 8)));
    if (units !== undefined) return inUtf8(String.fromCharCode(...units.split(/\\u/i).map((unit) => parseInt(unit, 16))));
    if (name !== undefined) return inUtf8(NAMED.get(name.toLowerCase()) ?? all);
    const code = hexCode === undefined ? Number(decimalCode) : parseInt(hexCode, 16);
    return code > 0x10ffff ? all : inUtf8(String.fromCodePoint(code));
  };
const unescaped = unescaping((byte) => byte);
const unescapedFromLatin1 = unescaping(inUtf8);

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
    // Several readings may find the same place, or parts of it.
    if (start >= done) clean += text.slice(done, start) + MASK;
    done = Math.max(done, end);
  }
  return clean + text.slice(done);
}

/** Returns the base64 characters that encode only these bytes, for each position of the first byte in a group of three. */
const insideBase64 = (bytes: Buffer): string[] =>
  [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    return all.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6));
  });
