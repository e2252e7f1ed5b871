// Writes down what servers said, however long it takes: the record is retried, never the mail.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger } from '@billing-mail/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { ResultJournal } from './result-journal.js';
import { type Recorded, TriesStore, type TryReport } from './tries.store.js';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

@Injectable()
export class Bookkeeping implements OnApplicationShutdown {
  private ended = false;

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly tries: TriesStore,
    private readonly journal: ResultJournal,
  ) {}

  /** What is not recorded by now waits in the journal for the next start. */
  onApplicationShutdown(): void {
    this.ended = true;
  }

  /** Settles a try. While PostgreSQL is away the report is kept on disk, where a restart finds it. */
  async record(report: TryReport): Promise<Recorded> {
    return this.persist(report, () =>
      this.tries.record(report, { retryDelaysMs: this.env.RETRY_DELAYS, uncertainPolicy: this.env.UNCERTAIN_POLICY }, Math.random()),
    );
  }

  async recordProgress(report: Pick<TryReport, 'deliveryId' | 'attemptId' | 'route' | 'results'>): Promise<void> {
    await this.persist(report, () => this.tries.recordProgress(report));
  }

  async interrupt(report: TryReport): Promise<void> {
    await this.persist(report, () => this.tries.interrupt(report));
  }

  /** Records what a process that is gone could not. Safe to repeat, also for what a living one is still trying to record. */
  async replayJournal(): Promise<void> {
    for (const { id, report } of await this.journal.kept()) {
      await this.tries.recordFacts(report);
      await this.journal.forget(id);
      this.logger.info({ deliveryId: report.deliveryId, step: 'replayed' }, 'recorded what a server had said to a process before');
    }
  }

  private async persist<T>(report: Pick<TryReport, 'deliveryId' | 'attemptId' | 'route' | 'results'>, write: () => Promise<T>): Promise<T> {
    let journalled: string | null = null;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        const written = await write();
        if (journalled !== null) await this.journal.forget(journalled);
        return written;
      } catch (error) {
        this.logger.warn({ deliveryId: report.deliveryId, step: 'record', err: error }, 'could not record a result yet');
        if (report.results.length > 0) journalled ??= await this.journal.keep(report);
        if (this.ended) throw error;
        await sleep(waitMs, undefined, { ref: false });
      }
    }
  }
}
