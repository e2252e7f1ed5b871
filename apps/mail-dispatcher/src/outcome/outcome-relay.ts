// Carries outcomes from the outbox to the queue `outcomes`, again and again until the job is done: a completed job is the listener's
// acknowledgement, so that neither a lost Redis nor a lost event loses an alert.
import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { OUTCOME_JOB, OUTCOMES_QUEUE, type OutcomeEvent } from '@billing-mail/contracts';
import { type Logger, redisAnswer, within } from '@billing-mail/platform';
import type { Queue } from 'bull';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOGGER } from '../dispatcher.tokens.js';
import { OutboxStore } from './outbox.store.js';

const BATCH = 50;
const SWEEP_MS = 500;
/** Bull's `add` waits for ever while Redis is away. */
const REDIS_TIMEOUT_MS = 3000;
/** When an outcome is looked at again that was published and not yet acknowledged. */
const AGAIN_MS = 3000;
/** Completed jobs are kept this long, so that the relay sees them completed. */
const KEEP_COMPLETED_SECONDS = 3600;

@Injectable()
export class OutcomeRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @InjectQueue(OUTCOMES_QUEUE) private readonly queue: Queue,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly outbox: OutboxStore,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.relayLoop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await within(REDIS_TIMEOUT_MS, this.loop);
  }

  private async relayLoop(): Promise<void> {
    while (!this.stopping) {
      try {
        const events = await this.outbox.take(BATCH, AGAIN_MS);
        const acknowledged = await Promise.all(events.map((event) => this.publish(event)));
        const done = events.filter((_, index) => acknowledged[index]).map(({ eventId }) => eventId);
        if (done.length > 0) await this.outbox.acknowledge(done);
        if (events.length < BATCH) await sleep(SWEEP_MS, undefined, { ref: false });
      } catch (error) {
        this.logger.warn({ step: 'relay', err: error }, 'could not relay outcomes');
        await sleep(SWEEP_MS, undefined, { ref: false });
      }
    }
  }

  /** Publishes an outcome unless its job is there; true once the job is done. */
  private async publish(event: OutcomeEvent): Promise<boolean> {
    const job = await redisAnswer(REDIS_TIMEOUT_MS, this.queue.getJob(event.eventId));
    if (job === null) {
      // Bull keeps one job per id, so publishing twice is harmless.
      await redisAnswer(
        REDIS_TIMEOUT_MS,
        this.queue.add(OUTCOME_JOB, event, {
          jobId: event.eventId,
          removeOnComplete: { age: KEEP_COMPLETED_SECONDS, count: 10_000 },
          attempts: 20,
          backoff: { type: 'fixed', delay: 3000 },
        }),
      );
      return false;
    }
    if (await redisAnswer(REDIS_TIMEOUT_MS, job.isCompleted())) return true;
    // A listener that gave up on it gets it again: nobody has been told yet.
    if (await redisAnswer(REDIS_TIMEOUT_MS, job.isFailed())) await redisAnswer(REDIS_TIMEOUT_MS, job.retry());
    return false;
  }
}
