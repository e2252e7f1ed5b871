// Transfer encodings and character sets, read leniently: what can't be read becomes U+FFFD or is left out, nothing throws.
import { isUtf8 } from 'node:buffer';

/** Bytes in the named character set; without a name, or with an unknown one, UTF-8 where it is that, else Windows-1252. */
export function decodeBytes(bytes: Uint8Array, charset: string | null): string {
  const named = charset === null ? null : decoderOf(charset);
  if (named !== null) return named.decode(bytes);
  // Not UTF-8: Windows-1252 gives every byte a character.
  return isUtf8(bytes) ? UTF_8.decode(bytes) : WINDOWS_1252.decode(bytes);
}

const UTF_8 = new TextDecoder('utf-8');
const WINDOWS_1252 = new TextDecoder('windows-1252');

function decoderOf(charset: string): InstanceType<typeof TextDecoder> | null {
  // "us-ascii" is what many a program says that writes UTF-8 or Latin-1.
  if (/^(?:us-)?ascii$|^unknown/i.test(charset)) return null;
  const known = decoders.get(charset);
  if (known !== undefined) return known;
  if (decoders.size >= MAX_DECODERS) decoders.clear();
  const decoder = newDecoder(charset);
  decoders.set(charset, decoder);
  return decoder;
}

/** By the name of the character set: a header of 10,000 encoded words makes one, and not 10,000. */
const decoders = new Map<string, InstanceType<typeof TextDecoder> | null>();
const MAX_DECODERS = 100;

function newDecoder(charset: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(charset);
  } catch {
    // A name that nobody knows says nothing about the bytes.
    return null;
  }
}

/** RFC 2045 6.7; an equals sign that opens no pair stays as it is. */
export function decodeQuotedPrintable(text: string): Buffer {
  return Buffer.from(
    text.replace(/=[ \t]*\n/g, '').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

/** The bytes of a body that was read as Latin-1. */
export function decodeTransfer(body: string, encoding: string): Buffer {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64');
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    default:
      return Buffer.from(body, 'latin1');
  }
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['nbsp', ' '],
  ['apos', "'"],
]);

// A report's page says what it has to say long before; markup that never closes costs its square.
const MAX_HTML_CHARACTERS = 128 * 1024;

/** The words of an HTML page, a block or a row of a table a line; only for reading, never to be shown as HTML. */
export function wordsOfHtml(html: string): string {
  return (
    html
      .slice(0, MAX_HTML_CHARACTERS)
      .replace(/<(style|script|title)\b[^<>]{0,200}>[^<]{0,20000}<\/\1\s*>/gi, ' ')
      .replace(/<(?:br|\/?p|\/?div|\/?tr|\/?li|\/?h\d|\/?table|\/?ul|\/?pre|hr)\b[^<>]{0,2000}>/gi, '\n')
      // A cell beside the next one: "To:" and the address after it are one line.
      .replace(/<\/?t[dh]\b[^<>]{0,2000}>/gi, ' ')
      .replace(/<[/!]?[a-z-][^<>@]{0,2000}>/gi, '')
      .replace(/&(#\d{1,6}|#x[\da-f]{1,5}|[a-z]{2,6});/gi, (whole, name: string) => {
        if (!name.startsWith('#')) return ENTITIES.get(name.toLowerCase()) ?? whole;
        const point = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
        return point <= 0x10_ffff ? String.fromCodePoint(point) : whole;
      })
  );
}
