// What the bytes of a body must be to be read as JSON.
import { JsonScan, MOST_DEPTH, MOST_VALUES, type TooMuchJson } from './json-scan.js';
import { ProblemException } from './problem.js';

/** Of a value without its text: an object of V8 takes 56 bytes, its place in a list 8. */
export const BYTES_PER_VALUE = 64;

/** The object that a text of JSON is. `allow` may throw when it hears how many bytes its values will take. @throws ProblemException 400, 413 */
export function readJson(bytes: Buffer, allow: (valueBytes: number) => void): object {
  const scan = new JsonScan();
  const tooMuch = scan.scan(bytes);
  if (tooMuch !== null) throw tooMuchJson(tooMuch);
  allow(scan.values * BYTES_PER_VALUE);
  return parseJson(bytes);
}

// JSON is UTF-8 (RFC 8259 8.1); a byte order mark, which some put before it, is left out by the decoder.
export function parseJson(bytes: Buffer): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new ProblemException(400, 'entity-parse-failed', 'The body is not valid JSON, or no object.');
}

export const tooMuchJson = (what: TooMuchJson) =>
  what === 'too-deep'
    ? new ProblemException(400, what, `The body is nested more than ${MOST_DEPTH} levels deep.`)
    : new ProblemException(413, what, `The body has more than ${MOST_VALUES} values. Send it in parts.`);
