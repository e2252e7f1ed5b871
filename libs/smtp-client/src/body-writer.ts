// Writes a body to the link, all but its last bytes, and stops at anything that the server would misread.
import { type Link } from './link.js';
import { type OutgoingMessage } from './message.js';

/** The last bytes that are held back: enough that a message without them cannot pass for a complete one, and few enough for one packet. */
const HELD_BYTES = 64;
/** Bytes that are written under one time limit: even a slow connection takes them well within the minute that a reply may take. */
const WRITE_BYTES = 256 * 1024;

const LINE_END = Buffer.from('\r\n');
const DOT = 0x2e;
const LF = 0x0a;

/** The body differs from what was announced, or is not fit for the wire. The fault is ours. */
class UnfitBodyError extends Error {}

export class BodyWriter {
  private held: Buffer = Buffer.alloc(0);
  private bytes = 0;
  private isAtLineStart = true;
  private hasBegun = false;

  constructor(
    private readonly link: Link,
    private readonly message: Pick<OutgoingMessage, 'body' | 'size'>,
  ) {}

  /** Whether any byte of the body was written. */
  get begun(): boolean {
    return this.hasBegun;
  }

  /**
   * Resolves when all but the last bytes have been written and the whole body was found fit, or when the link has ended. Rejects with
   * the error of the body's source, or with `UnfitBodyError`.
   */
  async writeAllButTheEnd(): Promise<void> {
    const { body, size } = this.message;
    if (Buffer.isBuffer(body)) await this.take(body);
    else await this.takeBlocks(body());
    if (this.link.failure !== null) return;
    if (this.bytes !== size) throw new UnfitBodyError(`the body has ${this.bytes} bytes and not ${size} as announced`);
    if (!this.held.subarray(-2).equals(LINE_END)) throw new UnfitBodyError('the body does not end with a line end');
    await this.writeAllButTheLast(HELD_BYTES);
  }

  /** Writes the last bytes and the end of data. Returns false if the link had ended before. */
  end(): boolean {
    const isOut = this.link.endBody(this.held);
    this.hasBegun ||= isOut;
    return isOut;
  }

  private async takeBlocks(body: AsyncIterable<Uint8Array>): Promise<void> {
    const blocks = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.link.orEnd(blocks.next());
        if (next === null || next.done === true) return;
        await this.take(asBuffer(next.value));
      }
    } finally {
      // Not awaited: a source that hangs must not delay the result of the message.
      void Promise.resolve(blocks.return?.()).catch(() => undefined);
    }
  }

  private async take(block: Buffer): Promise<void> {
    this.check(block);
    if (block.length >= HELD_BYTES) {
      // Each block takes one write. It is held back until the next one arrives, because it may be the last.
      await this.writeAllButTheLast(0);
      this.held = block;
    } else {
      await this.writeAllButTheLast(HELD_BYTES);
      this.held = Buffer.concat([this.held, block]);
    }
  }

  private check(block: Buffer): void {
    this.bytes += block.length;
    if (this.bytes > this.message.size) throw new UnfitBodyError(`the body has more than the ${this.message.size} bytes announced`);
    // A line that begins with a dot would end the message or lose the dot (RFC 5321 4.5.2). Some servers take a bare LF for a line end, so
    // it counts as one here.
    if ((this.isAtLineStart && block[0] === DOT) || block.includes('\n.')) throw new UnfitBodyError('a line of the body begins with a dot');
    if (block.length > 0) this.isAtLineStart = block[block.length - 1] === LF;
  }

  private async writeAllButTheLast(count: number): Promise<void> {
    const end = this.held.length - count;
    for (let from = 0; from < end && this.link.failure === null; from += WRITE_BYTES) {
      this.hasBegun = true;
      await this.link.body(this.held.subarray(from, Math.min(end, from + WRITE_BYTES)));
    }
    this.held = this.held.subarray(Math.max(0, end));
  }
}

const asBuffer = (block: Uint8Array): Buffer =>
  Buffer.isBuffer(block) ? block : Buffer.from(block.buffer, block.byteOffset, block.byteLength);
