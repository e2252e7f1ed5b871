import { Readable } from 'node:stream';

/** Enough that a message cut off here can't pass for a whole one, and small enough to leave in one packet. */
const HELD_BYTES = 64;

/** The body was not let end; the reason is known to whoever decided so. */
export class EndWithheldError extends Error {}

/**
 * The body, but its last bytes wait until `mayEnd` resolves true; on false the stream fails without ending, so that no end
 * of data can follow. Reads nothing before it is read from itself: `mayEnd` is not asked before DATA has been accepted.
 * @param mayEnd gets the size of the whole body in bytes
 */
export function gateEndOfData(body: Readable, mayEnd: (bytes: number) => Promise<boolean>): Readable {
  return Readable.from(passOn(body, mayEnd), { objectMode: false });
}

async function* passOn(body: Readable, mayEnd: (bytes: number) => Promise<boolean>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // A large chunk is not copied just to put a few bytes before it.
    if (chunk.length >= HELD_BYTES && held.length > 0) yield held;
    const waiting: Buffer = chunk.length >= HELD_BYTES ? chunk : Buffer.concat([held, chunk]);
    const cut = Math.max(0, waiting.length - HELD_BYTES);
    if (cut > 0) yield waiting.subarray(0, cut);
    held = waiting.subarray(cut);
  }
  if (!(await mayEnd(bytes))) throw new EndWithheldError('the end of data is withheld');
  yield held;
}
