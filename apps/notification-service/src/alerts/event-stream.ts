// The stream of one client: server-sent events read from the table, never faster than the client accepts them.
import { once } from 'node:events';
import type { Response } from 'express';
import { type Placed } from './inbox.store.js';

export type EventStreamOptions = {
  response: Response;
  /** The position up to which the client has seen the stream. */
  position: number;
  /** Notifications after a position, in order. */
  readAfter: (position: number, limit: number) => Promise<Placed[]>;
  /** When the client's token expires; `null`: never. */
  expiresAt: Date | null;
  heartbeatMs: number;
  /** How long sent data may stay in our buffers before the client counts as gone. */
  drainMs: number;
};

/** How many notifications are held in memory for one client at most. */
const BATCH = 50;
const RECONNECT_AFTER_MS = 3000;
// Node.js keeps timers in 31 bits; a longer one would fire at once. Closing a stream early is harmless, because the client reconnects.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class EventStream {
  /** Resolves when the stream has ended, from either side. */
  readonly ended: Promise<void>;
  private position: number;
  private isWriting = false;
  private isWoken = false;

  constructor(private readonly options: EventStreamOptions) {
    const { response, expiresAt, heartbeatMs } = options;
    this.position = options.position;
    const heartbeat = setInterval(() => this.beat(), heartbeatMs);
    const expiry = expiresAt && setTimeout(() => this.end(), Math.min(Math.max(expiresAt.getTime() - Date.now(), 0), LONGEST_TIMER_MS));
    this.ended = new Promise((resolve) => {
      response.once('close', () => {
        clearInterval(heartbeat);
        if (expiry) clearTimeout(expiry);
        resolve();
      });
    });
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // Keeps nginx from buffering events.
      'X-Accel-Buffering': 'no',
    });
    // An id without data sets the client's Last-Event-ID without being an event (HTML standard, 9.2.6), so that it can also resume if the
    // connection is lost before the first notification.
    response.write(`retry: ${RECONNECT_AFTER_MS}\nid: ${this.position}\n\n`);
  }

  /** Call when there may be something new. */
  wake(): void {
    this.isWoken = true;
    if (!this.isWriting) void this.writeAll();
  }

  end(): void {
    this.options.response.end();
  }

  // On an error the stream is closed: the client reconnects with its Last-Event-ID and misses nothing.
  private async writeAll(): Promise<void> {
    this.isWriting = true;
    try {
      while (this.isWoken && this.isOpen()) {
        this.isWoken = false;
        if ((await this.writeBatch()) === BATCH) this.isWoken = true;
      }
    } catch {
      this.options.response.destroy();
    } finally {
      this.isWriting = false;
    }
  }

  private async writeBatch(): Promise<number> {
    const { response, readAfter, drainMs } = this.options;
    const batch = await readAfter(this.position, BATCH);
    for (const { position, view } of batch) {
      if (!this.isOpen()) return 0;
      const isTaken = response.write(`id: ${position}\ndata: ${JSON.stringify(view)}\n\n`);
      this.position = position;
      if (!isTaken) await Promise.race([once(response, 'drain', { signal: AbortSignal.timeout(drainMs) }), this.ended]);
    }
    return batch.length;
  }

  private beat(): void {
    if (this.isOpen() && !this.options.response.writableNeedDrain) this.options.response.write(': still here\n\n');
  }

  private isOpen(): boolean {
    return !this.options.response.writableEnded && !this.options.response.destroyed;
  }
}
