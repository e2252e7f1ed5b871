// Reads the header fields of mail from anybody: unfolded, with names in lower case. They are in a Map, so that a field called `__proto__`
// is a field like any other.
import { decodeBytes, decodeQuotedPrintable } from './transfer-decoding.js';

export type HeaderFields = ReadonlyMap<string, readonly string[]>;

// More fields than any honest mail has; further ones are not read.
const MAX_FIELDS = 500;
const MAX_VALUE_CHARACTERS = 10_000;
const FIELD = /^([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)$/;
const ENCODED_WORD = /=\?([\w-]{1,40})(?:\*[\w-]{1,20})?\?([bq])\?([^?\s]{0,2000})\?=/gi;
const BETWEEN_ENCODED_WORDS = /(\?=)\s+(?==\?)/g;

/** Reads lines of `name: value` up to the first empty line, or the end. Skips lines that are neither a field nor folded. */
export function readFields(text: string): HeaderFields {
  const fields = new Map<string, string[]>();
  let value: string[] | null = null;
  let count = 0;
  for (const line of linesOf(text)) {
    if (line === '') break;
    if (/^[ \t]/.test(line)) {
      appendFolded(value, line);
      continue;
    }
    const field = FIELD.exec(line);
    if (field === null) continue;
    if (++count > MAX_FIELDS) break;
    const name = field[1]!.toLowerCase();
    value = fields.get(name) ?? [];
    value.push(field[2]!.slice(0, MAX_VALUE_CHARACTERS));
    fields.set(name, value);
  }
  return fields;
}

function appendFolded(value: string[] | null, line: string): void {
  const last = value?.at(-1);
  if (value !== null && last !== undefined && last.length < MAX_VALUE_CHARACTERS) value[value.length - 1] = `${last} ${line.trim()}`;
}

function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    yield text.slice(from, end === -1 ? undefined : end);
    if (end === -1) return;
    from = end + 1;
  }
}

/** Returns the first field of that name as it stands, or an empty text. */
export function field(fields: HeaderFields, name: string): string {
  return fields.get(name)?.[0]?.trim() ?? '';
}

/** Returns the first field of that name with its encoded words decoded (RFC 2047); raw UTF-8 (RFC 6532) is decoded too. */
export function fieldText(fields: HeaderFields, name: string): string {
  return decodeWords(field(fields, name));
}

/** Converts a field that was read as Latin-1 to Unicode. */
export function decodeWords(value: string): string {
  const decoded = value
    .replace(BETWEEN_ENCODED_WORDS, '$1')
    .replace(ENCODED_WORD, (_, charset: string, encoding: string, text: string) =>
      decodeBytes(encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQuotedPrintable(text.replaceAll('_', ' ')), charset),
    );
  // oxlint-disable-next-line no-control-regex -- Latin-1 above ASCII and nothing above it is what raw UTF-8 bytes look like here.
  return /[\u0080-\u00ff]/.test(decoded) && !/[^\u0000-\u00ff]/.test(decoded) ? decodeBytes(Buffer.from(decoded, 'latin1'), null) : decoded;
}

/** Returns a parameter of a structured field, such as `boundary` of Content-Type, without its quotes. */
export function parameter(value: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]{0,500})"|([^\\s;"]{1,500}))`, 'i').exec(value);
  return found === null ? null : (found[1] ?? found[2] ?? null);
}
