// Composes messages on a thread of their own. On the main thread, encoding, hashing and passing the signature on took a quarter of the time;
// with a second core, the event loop does everything else meanwhile.
import path from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type DraftAttachment, type MessageDraft, type SigningIdentity } from '@billing-mail/mail-core';
import { type Logger } from '@billing-mail/platform';
import { Piscina } from 'piscina';
import { LOGGER } from '../dispatcher.tokens.js';

/** The compiled program, also when tests run from the sources. */
const PROGRAM = path.resolve(__dirname, '..', '..', 'dist', 'trying', 'composer.program.js');
/** So many that a message is composed while others wait for their RSA signature, which is made on yet other threads. */
const AT_ONCE = 16;
const ONE_THREAD = { filename: PROGRAM, minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: AT_ONCE, idleTimeout: Infinity };
const BEAT_MS = 1000;
/** Beats without a message after which the thread is presumed stuck. A message takes milliseconds. */
const SILENT_BEATS = 60;

export type ComposerTask = { draft: MessageDraft; identity: SigningIdentity | null };
export type ComposedMessage = { body: Buffer; sha256: string };

@Injectable()
export class Composer implements OnApplicationShutdown {
  private readonly thread = new Piscina<ComposerTask, { body: Uint8Array<ArrayBuffer>; sha256: string }>(ONE_THREAD);
  private readonly watch = setInterval(() => this.beat(), BEAT_MS).unref();
  private underWay = 0;
  private silentBeats = 0;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {
    this.thread.on('workerDestroy', () => this.endProcess('the thread that composes messages has ended'));
  }

  /**
   * Composes what `composeMessage` does, and hashes it. The contents must be Buffers. They are handed over to the thread and are empty
   * afterwards, unless they share their memory with others.
   * @throws as `composeMessage` does
   */
  async compose(draft: MessageDraft, identity: SigningIdentity | null): Promise<ComposedMessage> {
    const transferList = draft.attachments.flatMap(({ content }) => (hasOwnMemory(content) ? [content.buffer] : []));
    this.underWay += 1;
    try {
      const { body, sha256 } = await this.thread.run({ draft, identity }, { transferList });
      return { body: Buffer.from(body.buffer), sha256 };
    } finally {
      this.underWay -= 1;
      this.silentBeats = 0;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.watch);
    this.thread.removeAllListeners('workerDestroy');
    await this.thread.destroy();
  }

  /** Counts beats instead of measuring time, because the time that a process stood still proves nothing. */
  private beat(): void {
    this.silentBeats = this.underWay === 0 ? 0 : this.silentBeats + 1;
    if (this.silentBeats >= SILENT_BEATS) this.endProcess('the thread that composes messages is stuck');
  }

  /**
   * A message that stops the thread would hold up all others, again and again. So the process ends as well, and whoever takes its deliveries
   * over finds out which one it was (`rehearsal.ts`).
   */
  private endProcess(why: string): void {
    this.logger.fatal({ step: 'compose' }, why);
    process.kill(process.pid, 'SIGKILL');
  }
}

/** Small Buffers share their memory with others. */
const hasOwnMemory = (content: DraftAttachment['content']): content is Buffer<ArrayBuffer> =>
  Buffer.isBuffer(content) && content.buffer instanceof ArrayBuffer && content.buffer.byteLength === content.length;
