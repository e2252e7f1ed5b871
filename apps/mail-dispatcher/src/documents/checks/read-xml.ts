// Reads XML for the checks: whether it is well-formed, and the text of some elements.
import { Turns } from '@billing-mail/platform';
import { SaxesParser } from 'saxes';
import { setImmediate } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { type Content } from './document-check.js';

export type XmlName = { uri: string; local: string };
/** The root element, and the text of the requested elements by their path below the root. */
export type XmlReading = { problem: string } | { root: XmlName; texts: Map<string, string> };

/**
 * Bytes parsed at a time, which takes a fraction of a millisecond for an invoice and 6 ms for crafted input. Answering a request takes
 * several turns of the event loop, each of which may have to wait for such a piece.
 */
const PIECE_BYTES = 8 * 1024;
const turns = new Turns();
const MOST_TEXT = 1000;
/**
 * The limit of libxml2, and so of most programs that read invoices; invoices have some ten levels. It is needed because the parser looks up
 * the namespace of each element in all elements above it.
 */
const MOST_DEPTH = 256;
/**
 * The limit for one element. The parser handles all attributes of an element at once and looks each of them up in all elements above: 9,000
 * take 40 ms.
 */
const MOST_ATTRIBUTES = 1_000;
const MOST_SAID = 120;

/**
 * Reads XML to its end. `paths`: elements below the root, such as `ExchangedDocumentContext/ID`; if there are several with the same path,
 * the first counts. Returns `null` if the encoding is not supported here.
 */
export async function readXml({ teamId, blocks }: Content, paths: readonly string[] = []): Promise<XmlReading | null> {
  const reader = new XmlReader(paths);
  let decoder: TextDecoder | null = null;
  for await (const block of blocks()) {
    for (let at = 0; at < block.length; at += PIECE_BYTES) {
      const piece = block.subarray(at, at + PIECE_BYTES);
      const known = (decoder ??= decoderFor(piece));
      if (known === null) return null;
      if (!(await turns.take(teamId, () => reader.write(known, piece)))) return reader.end();
      if (piece.length === PIECE_BYTES) await setImmediate();
    }
  }
  return reader.end(decoder);
}

/** Thrown inside the parser, which would otherwise go on to the end of its input. */
class TooDeepError extends Error {
  override readonly name = 'TooDeepError';
  constructor() {
    super(`it is nested more than ${MOST_DEPTH} levels deep`);
  }
}

class XmlReader {
  private readonly parser: SaxesParser<{ xmlns: true }>;
  private readonly texts = new Map<string, string>();
  private readonly path: string[] = [];
  /** The depth of the longest requested path; paths below it are not built, as that would cost time for each element. */
  private readonly deepest: number;
  private root: XmlName | null = null;
  private problem: string | null = null;
  private hasDoctype = false;

  constructor(paths: readonly string[]) {
    const asked = new Set(paths);
    this.deepest = Math.max(0, ...paths.map((path) => path.split('/').length));
    this.parser = new SaxesParser({ xmlns: true });
    this.parser.on('error', ({ message }) => this.note(message));
    this.parser.on('doctype', () => (this.hasDoctype = true));
    this.parser.on('opentag', ({ uri, local }) => {
      if (this.root === null) this.root = { uri, local };
      else this.path.push(local);
      if (this.path.length >= MOST_DEPTH) throw new TooDeepError();
      const path = this.pathHere();
      if (path !== null && asked.has(path) && !this.texts.has(path)) this.texts.set(path, '');
    });
    this.parser.on('closetag', () => void this.path.pop());
    this.parser.on('text', (text) => {
      const path = this.pathHere();
      const before = path === null ? undefined : this.texts.get(path);
      if (path !== null && before !== undefined && before.length < MOST_TEXT) this.texts.set(path, before + text);
    });
  }

  /** Returns false once a problem is found. */
  write(decoder: TextDecoder, piece?: Uint8Array): boolean {
    try {
      this.parser.write(piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true }));
    } catch (error) {
      this.note(error instanceof TooDeepError ? error.message : `its bytes are not ${decoder.encoding}`);
    }
    if (this.attributesSoFar > MOST_ATTRIBUTES) this.note(`an element has more than ${MOST_ATTRIBUTES} attributes`);
    return this.problem === null;
  }

  /** The number of attributes of the element whose tag is still open; the parser reports them only at the end of the tag. */
  private get attributesSoFar(): number {
    return (Reflect.get(this.parser, 'attribList') as unknown[] | undefined)?.length ?? 0;
  }

  end(decoder: TextDecoder | null = null): XmlReading {
    if (this.problem === null && (decoder === null || this.write(decoder))) this.parser.close();
    if (this.problem !== null || this.root === null) return { problem: this.problem ?? 'it is empty' };
    return { root: this.root, texts: this.texts };
  }

  /** Returns the path of the current element; `null` if it is deeper than all requested elements. */
  private pathHere(): string | null {
    return this.path.length > this.deepest ? null : this.path.join('/');
  }

  private note(message: string): void {
    // The entity may be declared in the DTD, which is never fetched.
    if (this.hasDoctype && /undefined entity/.test(message)) return;
    this.problem ??= message.slice(0, MOST_SAID);
  }
}

/**
 * Detects the encoding by byte order mark, by the first two bytes, or by the declaration (XML 1.0, appendix F); `null` if it is not
 * supported.
 */
function decoderFor(beginning: Uint8Array): TextDecoder | null {
  const [first, second] = beginning;
  const bytes = Buffer.from(beginning.buffer, beginning.byteOffset, Math.min(beginning.length, 200));
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']/.exec(bytes.toString('latin1'))?.[1];
  const isLittleEndian = (first === 0xff && second === 0xfe) || (first === 0x3c && second === 0);
  const isBigEndian = (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c);
  const label = isLittleEndian ? 'utf-16le' : isBigEndian ? 'utf-16be' : (declared ?? 'utf-8');
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    return null;
  }
}
