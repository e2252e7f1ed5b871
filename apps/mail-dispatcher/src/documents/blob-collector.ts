// Removes blobs that no delivery needs: those left by requests that were refused late or by processes that died, and messages of settled
// deliveries.
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger, PollLoop } from '@billing-mail/platform';
import { DOCUMENT_STORE, LOGGER } from '../dispatcher.tokens.js';
import { BlobsStore } from '../records/blobs.store.js';
import { blobsCollected } from '../records/dispatcher.metrics.js';
import { type DocumentStore } from './document-store.js';

const HOUR_MS = 60 * 60 * 1000;
/** The row that names a blob may be written a moment after the blob. */
const SET_ASIDE_AFTER_MS = HOUR_MS;
/** No process takes this long between writing a blob and writing the row that names it. */
const REMOVED_AFTER_MS = 24 * HOUR_MS;
/**
 * The number of blobs that are handled at a time. A bucket answers three requests for each, one after the other, and each document that
 * comes inline is a blob.
 */
const AT_ONCE = 16;

/** The times before which blobs must have been written, or set aside, to be collected. */
export type CollectedBefore = { written: Date; setAside: Date };
type Step = 'set_aside' | 'restored' | 'removed' | 'unfinished';

/**
 * Collects in two steps, because no transaction covers both the store and PostgreSQL. A blob that no row names is set aside, where it can
 * still be read. A day later it is removed, or restored if a delivery names it by then. Storing the same bytes again writes an ordinary
 * blob beside it. So intake can't lose a document as long as it takes less than a day, and several processes may collect at the same time.
 */
@Injectable()
export class BlobCollector implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly looking = new PollLoop({
    look: () => this.look(),
    everyMs: HOUR_MS,
    // Spreads processes that were started together.
    firstAfterMs: Math.random() * HOUR_MS,
    onError: (error) => this.logger.warn({ step: 'blobs', err: error }, 'could not collect blobs that no delivery names'),
  });

  constructor(
    @Inject(DOCUMENT_STORE) private readonly store: DocumentStore,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly blobs: BlobsStore,
  ) {}

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  beforeApplicationShutdown(): void {
    void this.looking.stop();
  }

  /** Makes one pass through the store. Returns how many blobs each step has handled. */
  async collect({ written, setAside }: CollectedBefore): Promise<Record<Step, number>> {
    const counts = { set_aside: 0, restored: 0, removed: 0, unfinished: 0 };
    // Blobs from earlier passes come first, so that those of this pass stay set aside for their full time.
    for await (const hashes of this.store.setAsideBefore(setAside)) {
      const named = await this.blobs.named(hashes);
      await this.forEach(hashes, async (hash) => {
        await (named.has(hash) ? this.store.restore(hash) : this.store.removeSetAside(hash));
        counts[named.has(hash) ? 'restored' : 'removed'] += 1;
      });
      if (this.looking.signal.aborted) return counts;
    }
    for await (const hashes of this.store.blobs()) {
      const named = await this.blobs.named(hashes);
      await this.forEach(hashes, async (hash) => {
        if (!named.has(hash) && (await this.store.setAside(hash, written))) counts.set_aside += 1;
      });
      if (this.looking.signal.aborted) return counts;
    }
    counts.unfinished = await this.store.removeUnfinished(setAside);
    return counts;
  }

  /**
   * Calls `act` for each hash, `AT_ONCE` at a time, until the first failure or the end of the process. No call is under way any more once
   * the promise settles.
   * @throws the first error of a call
   */
  private async forEach(hashes: readonly string[], act: (hash: string) => Promise<void>): Promise<void> {
    const left = hashes.values();
    const failures: unknown[] = [];
    const work = async (): Promise<void> => {
      for (const hash of left) {
        if (failures.length > 0 || this.looking.signal.aborted) return;
        await act(hash).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (failures.length > 0) throw failures[0];
  }

  private async look(): Promise<void> {
    const ago = (ms: number) => new Date(Date.now() - ms);
    const counts = await this.collect({ written: ago(SET_ASIDE_AFTER_MS), setAside: ago(REMOVED_AFTER_MS) });
    for (const [step, count] of Object.entries(counts)) blobsCollected.inc({ step }, count);
    if (Object.values(counts).some((count) => count > 0))
      this.logger.info({ step: 'blobs', ...counts }, 'collected blobs that no delivery names');
  }
}
