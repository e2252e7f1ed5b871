// Decodes transfer encodings and character sets leniently: what cannot be read becomes U+FFFD or is left out, and nothing throws.
import { isUtf8 } from 'node:buffer';

/**
 * Decodes bytes in the named character set. Without a name, or with an unknown one, they count as UTF-8 if they are valid UTF-8, else as
 * Windows-1252.
 */
export function decodeBytes(bytes: Uint8Array, charset: string | null): string {
  const named = charset === null ? null : decoderOf(charset);
  if (named !== null) return named.decode(bytes);
  // If the bytes are not UTF-8: Windows-1252 has a character for every byte.
  return isUtf8(bytes) ? UTF_8.decode(bytes) : WINDOWS_1252.decode(bytes);
}

const UTF_8 = new TextDecoder('utf-8');
const WINDOWS_1252 = new TextDecoder('windows-1252');

function decoderOf(charset: string): InstanceType<typeof TextDecoder> | null {
  // Many programs that write UTF-8 or Latin-1 say "us-ascii".
  if (/^(?:us-)?ascii$|^unknown/i.test(charset)) return null;
  const known = decoders.get(charset);
  if (known !== undefined) return known;
  if (decoders.size >= MAX_DECODERS) decoders.clear();
  const decoder = newDecoder(charset);
  decoders.set(charset, decoder);
  return decoder;
}

/** Decoders by the name of the character set, so that a header of 10,000 encoded words makes one decoder and not 10,000. */
const decoders = new Map<string, InstanceType<typeof TextDecoder> | null>();
const MAX_DECODERS = 100;

function newDecoder(charset: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(charset);
  } catch {
    // An unknown name says nothing about the bytes.
    return null;
  }
}

/** Decodes quoted-printable (RFC 2045 6.7). An equals sign that begins no pair of digits stays as it is. */
export function decodeQuotedPrintable(text: string): Buffer {
  return Buffer.from(
    text.replace(/=[ \t]*\n/g, '').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

/** Returns the bytes of a body that was read as Latin-1. */
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

// A report in HTML says what it has to say long before this. Markup that never closes takes quadratic time.
const MAX_HTML_CHARACTERS = 128 * 1024;

/** Returns the words of an HTML page, one line for each block or table row. They are only for reading, never to be shown as HTML. */
export function wordsOfHtml(html: string): string {
  return (
    html
      .slice(0, MAX_HTML_CHARACTERS)
      .replace(/<(style|script|title)\b[^<>]{0,200}>[^<]{0,20000}<\/\1\s*>/gi, ' ')
      .replace(/<(?:br|\/?p|\/?div|\/?tr|\/?li|\/?h\d|\/?table|\/?ul|\/?pre|hr)\b[^<>]{0,2000}>/gi, '\n')
      // The cells of a row stay on one line, such as "To:" and the address after it.
      .replace(/<\/?t[dh]\b[^<>]{0,2000}>/gi, ' ')
      .replace(/<[/!]?[a-z-][^<>@]{0,2000}>/gi, '')
      .replace(/&(#\d{1,6}|#x[\da-f]{1,5}|[a-z]{2,6});/gi, (whole, name: string) => {
        if (!name.startsWith('#')) return ENTITIES.get(name.toLowerCase()) ?? whole;
        const point = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
        return point <= 0x10_ffff ? String.fromCodePoint(point) : whole;
      })
  );
}
