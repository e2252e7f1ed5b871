// Reads a mail as a tree of parts, within fixed bounds. mailsplit divides the mail; mailparser, which is built on it, reads more than is
// needed (docs/adr/0011-reading-reports.md).
import { type MimeNode, Splitter, type SplitterChunk } from '@zone-eu/mailsplit';
import { field, type HeaderFields, parameter, readFields } from './header-fields.js';
import { decodeBytes, decodeTransfer, wordsOfHtml } from './transfer-decoding.js';

export interface MimePart {
  /** In lower case; `text/plain` if the part names none. */
  readonly type: string;
  readonly fields: HeaderFields;
  /** As Latin-1, still in its transfer encoding. */
  readonly body: string;
  readonly children: readonly MimePart[];
}

/** A report says what it has to say before it returns the message, so nothing beyond this size is read. */
const MAX_READ_BYTES = 1024 * 1024;
// A report has three parts, and one that a gateway put into another mail has five. The bounds are far above that, and far below what would
// be costly.
const MAX_PARTS = 60;
export const MAX_HEADER_CHARACTERS = 128 * 1024;

interface OpenPart {
  readonly node: MimeNode;
  readonly pieces: Buffer[];
  readonly children: OpenPart[];
}

/**
 * Reads the first mebibyte of a mail, and stops earlier at a header or a number of parts beyond the bounds. Never throws, whatever the
 * bytes are.
 */
export async function readMimeTree(raw: Buffer): Promise<MimePart> {
  const begin = raw.findIndex((byte) => byte !== CR && byte !== LF);
  const root = await divide(raw.subarray(Math.max(begin, 0)).subarray(0, MAX_READ_BYTES));
  const boundary = misnamedBoundary(root);
  if (boundary === null) return root;
  const { children } = await divide(Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\n\n${root.body}`, 'latin1'));
  return { ...root, children };
}

const [LF, CR] = [0x0a, 0x0d];

/**
 * Returns the boundary named by the first line that looks like one, because gateways rewrite the name of a boundary in the header and not
 * in the lines. Returns `null` if the parts were found.
 */
function misnamedBoundary({ fields, body, children }: MimePart): string | null {
  if (children.length > 0 || !/^multipart\//i.test(field(fields, 'content-type'))) return null;
  return /(?:^|\n)--([^\n"]{1,200})\n(?=content-)/i.exec(body.slice(0, MAX_HEADER_CHARACTERS))?.[1]?.trimEnd() ?? null;
}

async function divide(mail: Buffer): Promise<MimePart> {
  const parts = new Map<MimeNode, OpenPart>();
  let last: OpenPart | undefined;
  for await (const chunk of chunksOf(mail)) {
    if (chunk.type === 'node') {
      last = { node: chunk, pieces: [], children: [] };
      parts.set(chunk, last);
      if (chunk.parentNode !== false) parts.get(chunk.parentNode)?.children.push(last);
    } else if (chunk.type === 'body' || last?.node.multipart !== false) last?.pieces.push(chunk.value);
  }
  const [root] = parts.values();
  return root === undefined ? NOTHING : closed(root);
}

const NOTHING: MimePart = { type: 'text/plain', fields: new Map(), body: '', children: [] };

async function* chunksOf(mail: Buffer): AsyncGenerator<SplitterChunk> {
  const splitter = new Splitter({ ignoreEmbedded: true, maxHeadSize: MAX_HEADER_CHARACTERS, maxChildNodes: MAX_PARTS });
  splitter.end(mail);
  try {
    yield* splitter as AsyncIterable<SplitterChunk>;
  } catch (error) {
    // EMAXLEN means that a bound was reached: what was read so far is kept.
    if ((error as { code?: string }).code !== 'EMAXLEN') throw error;
  }
}

function closed({ node, pieces, children }: OpenPart): MimePart {
  // A multipart without parts was cut off, or its boundary is misnamed. Its text is still worth reading.
  const type =
    node.contentType === false || (node.contentType.startsWith('multipart/') && children.length === 0) ? 'text/plain' : node.contentType;
  return { type, fields: readFields(unixText(node.getHeaders())), body: unixText(Buffer.concat(pieces)), children: children.map(closed) };
}

const unixText = (bytes: Buffer): string => bytes.toString('latin1').replace(/\r\n?/g, '\n');

const PAGE = /<(?:!doctype|html|body|table|p|div)\b[^<>@]{0,500}>/i;
const MAX_BEFORE_PAGE = 2000;

/** Returns the body of a part in Unicode; HTML is reduced to its words. */
export function textOf(part: MimePart): string {
  const bytes = decodeTransfer(part.body, field(part.fields, 'content-transfer-encoding'));
  const text = decodeBytes(bytes, parameter(field(part.fields, 'content-type'), 'charset')).replace(/\r\n?/g, '\n');
  // Gateways lose the content type, so text that looks like an HTML page is read as one. Otherwise the cells of a table would be one line.
  return part.type === 'text/html' || PAGE.test(text.slice(0, MAX_BEFORE_PAGE)) ? wordsOfHtml(text) : text;
}

/** Returns the body of a part that contains header lines or a mail, as Latin-1. */
export function innerTextOf(part: MimePart): string {
  const encoding = field(part.fields, 'content-transfer-encoding');
  // RFC 6533 6.3 allows base64 here; most programs use no encoding at all.
  return /base64|quoted/i.test(encoding) ? decodeTransfer(part.body, encoding).toString('latin1').replace(/\r\n?/g, '\n') : part.body;
}

/** Yields all parts, depth first, the outermost first. */
export function* partsOf(part: MimePart): Generator<MimePart> {
  yield part;
  for (const child of part.children) yield* partsOf(child);
}
