// The queue's edge: takes groups of outcomes off the queue `outcomes` and answers for each with one commit.
import { InjectQueue, OnQueueError, OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Inject, type OnModuleDestroy } from '@nestjs/common';
import { OUTCOME_JOB, OUTCOMES_QUEUE } from '@billing-mail/contracts';
import { closeQueue, type Logger, TroubleLog, untilDatabaseAnswers, within } from '@billing-mail/platform';
import type { Job, Queue } from 'bull';
import { LOGGER } from '../notification.env.js';
import { outcomesTaken } from '../notification.metrics.js';
import { RecordOutcomes } from './record-outcomes.js';

// Each waits on PostgreSQL most of its time; the pool has as many connections again for readers.
const CONCURRENCY = 5;
const DRAIN_MS = 5000;

/**
 * A job completes only after the commit, because the dispatcher takes the completed job as the acknowledgement. While PostgreSQL
 * is away the job waits here instead of failing: Bull's attempts would run out, a job that waits keeps its lock for as long as it
 * takes. A process that dies meanwhile leaves a stalled job, which another takes over.
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

  /** A mistake of ours: the dispatcher has the job tried again, so that its outcomes are told once the mistake is mended. */
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
   * Takes no more and finishes what it can. What still waits for PostgreSQL is left as it is: the queue is closed first, so that
   * giving up is not told to Bull as a failure, and another process takes the stalled job.
   */
  async onModuleDestroy(): Promise<void> {
    await within(DRAIN_MS, this.queue.pause(true, true));
    await within(DRAIN_MS, Promise.allSettled(this.atWork));
    await closeQueue(this.queue, DRAIN_MS);
    this.leaving.abort();
  }
}
