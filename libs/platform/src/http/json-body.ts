// Checks and parses the bytes of a JSON body, large ones in a worker thread.
import path from 'node:path';
import { Piscina } from 'piscina';
import { JsonScan, MOST_DEPTH, MOST_FIELDS, MOST_VALUES, type TooMuchJson } from './json-scan.js';
import { parseText } from './parse-text.js';
import { ProblemException } from './problem.js';

/** Memory per value without its text, in bytes: in V8 an object takes 56, its place in a list 8. */
export const BYTES_PER_VALUE = 64;

/** From this size on a worker thread parses a text, because decoding and parsing 38 MB takes up to half a second. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** The compiled worker, also when the tests run from the sources. */
const PROGRAM = path.resolve(__dirname, '..', '..', 'dist', 'http', 'parse-json.program.js');

// A single thread, so that only one of the waiting bodies is in memory more than once. The thread ends when nothing is left to parse, which
// frees its memory.
let thread: Piscina | undefined;

/**
 * Parses JSON bytes to an object. `allow` gets the number of bytes that its values will take, and may throw to refuse them.
 * @throws ProblemException 400, 413
 */
export function readJson(bytes: Buffer, allow: (valueBytes: number) => void): Promise<object> {
  const scan = new JsonScan();
  const tooMuch = scan.scan(bytes);
  if (tooMuch !== null) throw tooMuchJson(tooMuch);
  allow(scan.values * BYTES_PER_VALUE);
  return parseJson(bytes, scan.values);
}

/**
 * Parses bytes that were scanned before to an object. The caller must not use `bytes` afterwards, because they may be transferred to the
 * thread.
 * @throws ProblemException 400
 */
export async function parseJson(bytes: Buffer, values: number): Promise<object> {
  // Transferring many small values from a thread takes as long as parsing them here.
  const isLongText = bytes.length > LARGE_BYTES && bytes.length > values * BYTES_PER_VALUE;
  const value = isLongText ? await parseApart(bytes) : parseText(bytes);
  if (typeof value === 'object' && value !== null) return value;
  throw new ProblemException(400, 'entity-parse-failed', 'The body is not valid JSON, or is not an object.');
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
