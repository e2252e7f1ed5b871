// What the bytes of a body must be to be read as JSON, and where they are read.
import path from 'node:path';
import { Piscina } from 'piscina';
import { JsonScan, MOST_DEPTH, MOST_FIELDS, MOST_VALUES, type TooMuchJson } from './json-scan.js';
import { parseText } from './parse-text.js';
import { ProblemException } from './problem.js';

/** Of a value without its text: an object of V8 takes 56 bytes, its place in a list 8. */
export const BYTES_PER_VALUE = 64;

/** From here on a thread of its own reads a text: to decode and to parse 38 MB takes up to half a second. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** Compiled, also where the tests run from the sources. */
const PROGRAM = path.resolve(__dirname, '..', '..', 'dist', 'http', 'parse-json.program.js');

// One, so that of the bodies that wait only one is in memory several times; it ends with the last of them, and what it held with it.
let thread: Piscina | undefined;

/** The object that a text of JSON is. `allow` may throw when it hears how many bytes its values will take. @throws ProblemException 400, 413 */
export function readJson(bytes: Buffer, allow: (valueBytes: number) => void): Promise<object> {
  const scan = new JsonScan();
  const tooMuch = scan.scan(bytes);
  if (tooMuch !== null) throw tooMuchJson(tooMuch);
  allow(scan.values * BYTES_PER_VALUE);
  return parseJson(bytes, scan.values);
}

/** The object in bytes that were scanned, which are not to be used any more. @throws ProblemException 400 */
export async function parseJson(bytes: Buffer, values: number): Promise<object> {
  // Many small values take as long to come over from a thread as to be read here.
  const isLongText = bytes.length > LARGE_BYTES && bytes.length > values * BYTES_PER_VALUE;
  const value = isLongText ? await parseApart(bytes) : parseText(bytes);
  if (typeof value === 'object' && value !== null) return value;
  throw new ProblemException(400, 'entity-parse-failed', 'The body is not valid JSON, or no object.');
}

function parseApart(bytes: Buffer): Promise<unknown> {
  thread ??= new Piscina({ filename: PROGRAM, minThreads: 0, maxThreads: 1 });
  const isWhole = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
  return thread.run(bytes, { transferList: isWhole ? [bytes.buffer] : [] });
}

const TOO_MUCH: Record<TooMuchJson, [status: number, detail: string]> = {
  'too-deep': [400, `The body is nested more than ${MOST_DEPTH} levels deep.`],
  'too-many-values': [413, `The body has more than ${MOST_VALUES} values. Send it in parts.`],
  'too-many-fields': [413, `The body has an object of more than ${MOST_FIELDS} fields.`],
};

export const tooMuchJson = (what: TooMuchJson): ProblemException => new ProblemException(TOO_MUCH[what][0], what, TOO_MUCH[what][1]);
