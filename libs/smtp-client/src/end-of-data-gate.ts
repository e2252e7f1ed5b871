import { Transform, type TransformCallback } from 'node:stream';

/** Enough that a message cut off here can't pass for a whole one, and small enough to leave in one packet. */
const HELD_BYTES = 64;

/**
 * Passes a body on but for its last bytes, which wait until `mayEnd` resolves true. On false nothing more ever comes out: the
 * stream neither ends nor fails, so that no end of data can be written behind it.
 */
export class EndOfDataGate extends Transform {
  private held: Buffer = Buffer.alloc(0);
  private passedBytes = 0;

  /** @param mayEnd gets the size of the whole body in bytes; must not reject */
  constructor(private readonly mayEnd: (bytes: number) => Promise<boolean>) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.passedBytes += chunk.length;
    if (chunk.length < HELD_BYTES) this.hold(Buffer.concat([this.held, chunk]));
    else {
      this.push(this.held);
      this.hold(chunk);
    }
    done();
  }

  private hold(bytes: Buffer): void {
    const cut = Math.max(0, bytes.length - HELD_BYTES);
    if (cut > 0) this.push(bytes.subarray(0, cut));
    this.held = bytes.subarray(cut);
  }

  override _flush(done: TransformCallback): void {
    void this.mayEnd(this.passedBytes).then((allowed) => {
      if (allowed) done(null, this.held);
    });
  }
}
