// Removes expired rows once an hour. Processes take turns, one at a time. The batches are so small that nobody who works on the same tables
// notices.
import { type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger } from 'pino';
import { Counter } from 'prom-client';
import { type DataSource } from 'typeorm';
import { Sql } from '../postgres/sql.js';
import { PollLoop } from '../waiting/poll-loop.js';

/** Most rows that one statement removes: some milliseconds of work. */
export const EXPIRED_AT_ONCE = 500;
const PAUSE_MS = 200;
const HOUR_MS = 60 * 60 * 1000;

export type Expiry = {
  /** What is removed, for the log and the metric. */
  kind: string;
  /** Age at which rows are removed, in milliseconds; `null` means never. */
  afterMs: number | null;
  /** Removes up to EXPIRED_AT_ONCE rows that are older than `$1` milliseconds and belong to no team under a legal hold. */
  statement: string;
};

const expired = new Counter({
  name: 'billing_mail_expired_rows_total',
  help: 'Rows that were removed because their time was over, by kind',
  labelNames: ['kind'],
});

export class ExpireRows implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly looking = new PollLoop({
    look: () => this.look(),
    everyMs: HOUR_MS,
    // Processes that were started together look at different times.
    firstAfterMs: Math.random() * HOUR_MS,
    onError: (error) => this.logger.warn({ step: 'expired', err: error }, 'could not remove rows whose time is over'),
  });

  constructor(
    private readonly database: DataSource,
    private readonly logger: Logger,
    private readonly expiries: readonly Expiry[],
  ) {}

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  beforeApplicationShutdown(): void {
    void this.looking.stop();
  }

  /** Removes all expired rows. Resolves to the number of removed rows by kind. */
  async expire(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { kind, afterMs, statement } of this.expiries) {
      counts[kind] = 0;
      for (let mayBeMore = afterMs !== null; mayBeMore && !this.looking.signal.aborted;) {
        const removed = await this.expireSome(statement, afterMs);
        counts[kind] += removed ?? 0;
        expired.inc({ kind }, removed ?? 0);
        mayBeMore = removed === null || removed >= EXPIRED_AT_ONCE;
        if (mayBeMore) await sleep(PAUSE_MS);
      }
    }
    return counts;
  }

  /**
   * Removes one batch. Resolves to the number of removed rows, or to `null` while another process removes rows, which says nothing about
   * what is left.
   */
  private expireSome(statement: string, afterMs: number | null): Promise<number | null> {
    return new Sql(this.database).transaction(async (sql) => {
      const [turn] = await sql.rows<{ mine: boolean }>(`SELECT pg_try_advisory_xact_lock(hashtext('expire ' || current_user)) AS mine`);
      return turn?.mine === true ? sql.affected(statement, [afterMs]) : null;
    });
  }

  private async look(): Promise<void> {
    const counts = await this.expire();
    if (Object.values(counts).some((count) => count > 0)) this.logger.info({ step: 'expired', ...counts }, 'expired rows were removed');
  }
}
