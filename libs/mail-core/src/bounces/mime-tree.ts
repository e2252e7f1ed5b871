// A mail as a tree of parts, read within fixed bounds. mailparser shows a mail to people: it runs the fields of a report into its words, and
// reads nothing of one whose boundary is misnamed or whose parts are too many. Broken mails are the daily bread of a return path.
import { field, type HeaderFields, parameter, readFields } from './header-fields.js';
import { decodeBytes, decodeTransfer, wordsOfHtml } from './transfer-decoding.js';

export interface MimePart {
  /** In lower case; `text/plain` where none is given. */
  readonly type: string;
  readonly fields: HeaderFields;
  /** As Latin-1, still in its transfer encoding. */
  readonly body: string;
  readonly children: readonly MimePart[];
}

/** A report says what it has to say before it returns the message: what comes later than this is not read. */
const MAX_READ_BYTES = 1024 * 1024;
// A report has three parts, and one that a gateway put into another mail has five. The bounds are far above that, and far below what costs.
const MAX_PARTS = 60;
const MAX_DEPTH = 6;
export const MAX_HEADER_CHARACTERS = 128 * 1024;

/** Reads the first mebibyte of a mail. Never throws, whatever the bytes are. */
export function readMimeTree(raw: Buffer): MimePart {
  return readPart(raw.subarray(0, MAX_READ_BYTES).toString('latin1').replace(/\r\n?/g, '\n').replace(/^\n+/, ''), { parts: MAX_PARTS }, 0);
}

function readPart(text: string, budget: { parts: number }, depth: number): MimePart {
  const gap = text.startsWith('\n') ? 0 : text.indexOf('\n\n');
  const fields = readFields(gap === -1 ? text.slice(0, MAX_HEADER_CHARACTERS) : text.slice(0, Math.min(gap, MAX_HEADER_CHARACTERS)));
  const body = gap === -1 ? '' : text.slice(gap + (gap === 0 ? 1 : 2));
  const contentType = field(fields, 'content-type');
  const type = /^[\w.+-]{1,80}\/[\w.+-]{1,80}/.exec(contentType)?.[0].toLowerCase() ?? 'text/plain';
  const children =
    type.startsWith('multipart/') && depth < MAX_DEPTH
      ? splitAt(body, boundaryOf(contentType, body), budget).map((part) => readPart(part, budget, depth + 1))
      : [];
  // A multipart without parts is what is left of one: its text is still worth reading.
  return { type: type.startsWith('multipart/') && children.length === 0 ? 'text/plain' : type, fields, body, children };
}

/** The boundary as named where it is in the body; else the first line that looks like one, as gateways rewrite the name and not the lines. */
function boundaryOf(contentType: string, body: string): string | null {
  const named = parameter(contentType, 'boundary')?.trim();
  if (named !== undefined && named !== '' && `\n${body}`.includes(`\n--${named}`)) return named;
  return /(?:^|\n)--([^\n]{1,200})\n(?=content-)/i.exec(body.slice(0, MAX_HEADER_CHARACTERS))?.[1]?.trimEnd() ?? null;
}

function splitAt(body: string, boundary: string | null, budget: { parts: number }): string[] {
  if (boundary === null) return [];
  const parts: string[] = [];
  const text = `\n${body}`;
  const delimiter = `\n--${boundary}`;
  let from = -1;
  for (let at = text.indexOf(delimiter); at !== -1; at = text.indexOf(delimiter, at + 1)) {
    const after = text.indexOf('\n', at + delimiter.length);
    const tail = text.slice(at + delimiter.length, after === -1 ? undefined : after).trim();
    // Another boundary that begins with this one.
    if (tail !== '' && tail !== '--') continue;
    if (from !== -1 && budget.parts-- > 0) parts.push(text.slice(from, at + 1));
    if (tail === '--' || after === -1 || budget.parts <= 0) return parts;
    from = after + 1;
  }
  // The closing delimiter is missing: the mail was cut.
  if (from !== -1 && budget.parts-- > 0) parts.push(text.slice(from));
  return parts;
}

const PAGE = /<(?:!doctype|html|body|table|p|div)\b[^<>@]{0,500}>/i;
const MAX_BEFORE_PAGE = 2000;

/** The body of a part in Unicode; HTML as its words. */
export function textOf(part: MimePart): string {
  const bytes = decodeTransfer(part.body, field(part.fields, 'content-transfer-encoding'));
  const text = decodeBytes(bytes, parameter(field(part.fields, 'content-type'), 'charset')).replace(/\r\n?/g, '\n');
  // Gateways lose the type: what is a page is read as one, else the cells of a table would be one line.
  return part.type === 'text/html' || PAGE.test(text.slice(0, MAX_BEFORE_PAGE)) ? wordsOfHtml(text) : text;
}

/** The body of a part that holds header lines or a mail, as Latin-1. */
export function innerTextOf(part: MimePart): string {
  const encoding = field(part.fields, 'content-transfer-encoding');
  // RFC 6533 6.3 allows base64 here; most programs write none at all.
  return /base64|quoted/i.test(encoding) ? decodeTransfer(part.body, encoding).toString('latin1').replace(/\r\n?/g, '\n') : part.body;
}

/** All parts, depth first, the outermost first. */
export function* partsOf(part: MimePart): Generator<MimePart> {
  yield part;
  for (const child of part.children) yield* partsOf(child);
}
