// XML as a check reads it: whether it is well-formed, and what stands at one place of it.
import { SaxesParser } from 'saxes';
import { setImmediate } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { type Blocks } from './document-check.js';

export type XmlName = { uri: string; local: string };
/** What was found: the root, and the text of the elements that were asked for, by their path below it. */
export type XmlReading = { problem: string } | { root: XmlName; texts: Map<string, string> };

/** Parsed between two turns of the event loop: some two milliseconds. */
const PIECE_BYTES = 64 * 1024;
const MOST_TEXT = 1000;
const MOST_SAID = 120;

/**
 * Reads XML to its end; `paths` are names below the root such as `ExchangedDocumentContext/ID`, of which the first is taken. `null` where it is in
 * an encoding that can't be read here.
 */
export async function readXml(blocks: Blocks, paths: readonly string[] = []): Promise<XmlReading | null> {
  const reader = new XmlReader(paths);
  let decoder: TextDecoder | null = null;
  for await (const block of blocks()) {
    for (let at = 0; at < block.length; at += PIECE_BYTES) {
      const piece = block.subarray(at, at + PIECE_BYTES);
      decoder ??= decoderFor(piece);
      if (decoder === null) return null;
      if (!reader.write(decoder, piece)) return reader.end();
      if (block.length > PIECE_BYTES) await setImmediate();
    }
  }
  return reader.end(decoder);
}

class XmlReader {
  private readonly parser: SaxesParser<{ xmlns: true }>;
  private readonly texts = new Map<string, string>();
  private readonly path: string[] = [];
  private root: XmlName | null = null;
  private problem: string | null = null;
  private hasDoctype = false;

  constructor(paths: readonly string[]) {
    const asked = new Set(paths);
    this.parser = new SaxesParser({ xmlns: true });
    this.parser.on('error', ({ message }) => this.note(message));
    this.parser.on('doctype', () => (this.hasDoctype = true));
    this.parser.on('opentag', ({ uri, local }) => {
      if (this.root === null) this.root = { uri, local };
      else this.path.push(local);
      const path = this.path.join('/');
      if (asked.has(path) && !this.texts.has(path)) this.texts.set(path, '');
    });
    this.parser.on('closetag', () => void this.path.pop());
    this.parser.on('text', (text) => {
      const path = this.path.join('/');
      const before = this.texts.get(path);
      if (before !== undefined && before.length < MOST_TEXT) this.texts.set(path, before + text);
    });
  }

  /** False once there is something wrong. */
  write(decoder: TextDecoder, piece?: Uint8Array): boolean {
    try {
      this.parser.write(piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true }));
    } catch {
      this.note(`its bytes are not ${decoder.encoding}`);
    }
    return this.problem === null;
  }

  end(decoder: TextDecoder | null = null): XmlReading {
    if (this.problem === null && (decoder === null || this.write(decoder))) this.parser.close();
    if (this.problem !== null || this.root === null) return { problem: this.problem ?? 'it is empty' };
    return { root: this.root, texts: this.texts };
  }

  private note(message: string): void {
    // Declared in the DTD perhaps, which nobody fetches.
    if (this.hasDoctype && /undefined entity/.test(message)) return;
    this.problem ??= message.slice(0, MOST_SAID);
  }
}

/** By byte order mark, by what the first two bytes must be, or by the declaration (XML 1.0, appendix F); `null` for one that is not known here. */
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
