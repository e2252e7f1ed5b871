// Consumes the queue `outcomes`: each job is a group of outcomes, recorded in one commit.
import { InjectQueue, OnQueueError, OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Inject, type OnModuleDestroy } from '@nestjs/common';
import { OUTCOME_JOB, OUTCOMES_QUEUE } from '@billing-mail/contracts';
import { closeQueue, type Logger, TroubleLog, untilDatabaseAnswers, within } from '@billing-mail/platform';
import type { Job, Queue } from 'bull';
import { LOGGER } from '../notification.tokens.js';
import { outcomesTaken } from '../notification.metrics.js';
import { RecordOutcomes } from './record-outcomes.js';

// Jobs mostly wait for PostgreSQL. The connection pool has twice as many connections, so that as many are left for readers.
const CONCURRENCY = 5;
const DRAIN_MS = 5000;

/**
 * Records jobs. A job completes only after the commit, because for the dispatcher a completed job is the acknowledgement. While PostgreSQL
 * is unavailable, a job waits here instead of failing, because Bull would run out of attempts. A waiting job keeps its lock. If the process
 * dies meanwhile, the job stalls, and another process takes it over.
 */
@Processor(OUTCOMES_QUEUE)
export class OutcomeProcessor implements OnModuleDestroy {
  private readonly atWork = new Set<Promise<void>>();
  private readonly leaving = new AbortController();
  private readonly redisTrouble: TroubleLog;

  constructor(
    private readonly outcomes: RecordOutcomes,
    @InjectQueue(OUTCOMES_QUEUE) private readonly queue: Queue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.redisTrouble = new TroubleLog(logger);
  }

  @Process({ name: OUTCOME_JOB, concurrency: CONCURRENCY })
  async take(job: Job<unknown>): Promise<void> {
    const work = untilDatabaseAnswers(
      () => this.outcomes.record(String(job.id), job.data),
      this.leaving.signal,
      (error) => this.logger.warn({ err: error, step: 'outcome' }, 'PostgreSQL does not answer; outcomes wait'),
    );
    this.atWork.add(work);
    try {
      await work;
    } finally {
      this.atWork.delete(work);
    }
  }

  /** Logs a mistake in the program. The dispatcher has the job tried again, so its outcomes are told once the mistake is repaired. */
  @OnQueueFailed()
  logFailure(job: Job<unknown>, error: Error): void {
    outcomesTaken.inc({ result: 'failed' });
    this.logger.error({ err: error, jobId: job.id, attempt: job.attemptsMade, step: 'outcome' }, 'outcomes not recorded');
  }

  @OnQueueError()
  logRedisTrouble(error: Error): void {
    this.redisTrouble.tell(error, { step: 'outcome' }, 'Redis does not answer; outcomes wait');
  }

  /**
   * Takes no new jobs and finishes those that it can. Leaves jobs that still wait for PostgreSQL: the queue is closed before they are
   * interrupted, so that Bull does not record them as failed, and another process takes the stalled jobs.
   */
  async onModuleDestroy(): Promise<void> {
    await within(DRAIN_MS, this.queue.pause(true, true));
    await within(DRAIN_MS, Promise.allSettled(this.atWork));
    await closeQueue(this.queue, DRAIN_MS);
    this.leaving.abort();
  }
}
