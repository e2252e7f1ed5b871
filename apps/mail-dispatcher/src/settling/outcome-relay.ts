// Carries outcomes from the outbox to the queue `outcomes`, again and again until the job is done: a completed job is the listener's
// acknowledgement, so that neither a lost Redis nor a lost event loses an alert. What this process has just settled it publishes from its
// memory, and it deletes the rows when it sees the job done; whatever goes another way than that goes by the outbox.
import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { OUTCOME_JOB, OUTCOMES_PER_JOB, OUTCOMES_QUEUE, type OutcomeEvent, type OutcomeGroup } from '@billing-mail/contracts';
import { type Logger, redisAnswer, TroubleLog, within } from '@billing-mail/platform';
import type { Job, Queue } from 'bull';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { LOGGER } from '../dispatcher.tokens.js';
import { type OutboxGroup, OutboxStore, type PublishedGroup } from '../records/outbox.store.js';

/** Nobody who has something to tell waits for it: whoever settles wakes the relay. */
const SWEEP_MS = 500;
/** Bull's `add` waits for ever while Redis is away. */
const REDIS_TIMEOUT_MS = 3000;
/** When a job is looked at again that was published and is not yet acknowledged. */
const AGAIN_MS = 3000;
/** Completed jobs are kept until the relay has seen them completed; this only tidies up after relays that never came back. */
const KEPT_COMPLETED = { age: 3600, count: 10_000 };

@Injectable()
export class OutcomeRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly leaving = new AbortController();
  private readonly trouble: TroubleLog;
  private wakeUp: () => void = () => undefined;
  private loops: Promise<unknown> = Promise.resolve();
  /** Committed by this process and not yet published. */
  private fresh: OutcomeEvent[] = [];
  /** Published by this process and not yet looked at. */
  private published: PublishedGroup[] = [];

  constructor(
    @InjectQueue(OUTCOMES_QUEUE) private readonly queue: Queue,
    @Inject(LOGGER) logger: Logger,
    private readonly outbox: OutboxStore,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  onApplicationBootstrap(): void {
    this.loops = Promise.all([this.publishLoop(), this.acknowledgeLoop(), this.lookAfterLoop()]);
  }

  /** Publishes what this process has just committed. Lost from here it is found in the outbox again. */
  tell(event: OutcomeEvent, isUrgent: boolean): void {
    this.fresh.push(event);
    if (isUrgent || this.fresh.length === OUTCOMES_PER_JOB) this.wake();
  }

  /** There is something to tell now: do not wait for the next sweep. */
  wake(): void {
    this.wakeUp();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.leaving.abort();
    this.wake();
    await within(REDIS_TIMEOUT_MS, this.loops);
    await within(
      REDIS_TIMEOUT_MS,
      this.attempt(() => this.publishFresh()).then(() => this.attempt(() => this.lookAfterPublished())),
    );
  }

  /** One group at a time: what is settled while it is being published gathers for the next. */
  private async publishLoop(): Promise<void> {
    while (!this.leaving.signal.aborted) {
      const rest = new AbortController();
      this.wakeUp = () => rest.abort();
      await this.attempt(() => this.publishFresh());
      const published = await this.attempt(() => this.publishNext());
      if (published < OUTCOMES_PER_JOB) await sweepPause(rest.signal);
    }
  }

  private async acknowledgeLoop(): Promise<void> {
    while (!this.leaving.signal.aborted) {
      const acknowledged = await this.attempt(() => this.acknowledgeDone());
      if (acknowledged === 0) await sweepPause(this.leaving.signal);
    }
  }

  /** What Redis does not take is left to the outbox, so that no memory is held by what can not go. */
  private async publishFresh(): Promise<number> {
    const events = this.fresh;
    this.fresh = [];
    for (let from = 0; from < events.length; from += OUTCOMES_PER_JOB) {
      const group = { jobId: uuidv7(), events: events.slice(from, from + OUTCOMES_PER_JOB) };
      await this.publish(group);
      this.published.push({ jobId: group.jobId, eventIds: group.events.map(({ eventId }) => eventId) });
    }
    return events.length;
  }

  /** Looks once at each job that this process has published: what is not done by then is looked after by all relays. */
  private async lookAfterLoop(): Promise<void> {
    while (!this.leaving.signal.aborted) {
      await sleep(AGAIN_MS, undefined, { ref: false, signal: this.leaving.signal }).catch(() => undefined);
      await this.attempt(() => this.lookAfterPublished());
    }
  }

  private async lookAfterPublished(): Promise<number> {
    const groups = this.published;
    this.published = [];
    const looks = await Promise.all(groups.map(async (group) => ({ group, job: await this.doneJob(group.jobId).catch(() => null) })));
    const done = looks.flatMap(({ group, job }) => (job === null ? [] : [{ group, job }]));
    if (done.length > 0) await this.outbox.acknowledgeEvents(done.flatMap(({ group }) => group.eventIds));
    for (const { group, job } of looks) if (job === null) await this.outbox.handOver(group, AGAIN_MS);
    await this.remove(done.map(({ job }) => job));
    return done.length;
  }

  private async doneJob(jobId: string): Promise<Job | null> {
    const job = await redisAnswer(REDIS_TIMEOUT_MS, this.queue.getJob(jobId));
    return job !== null && (await redisAnswer(REDIS_TIMEOUT_MS, job.isCompleted())) ? job : null;
  }

  private async remove(jobs: readonly Job[]): Promise<void> {
    await redisAnswer(REDIS_TIMEOUT_MS, Promise.all(jobs.map((job) => job.remove())));
  }

  private async publishNext(): Promise<number> {
    const group = await this.outbox.takeGroup(AGAIN_MS);
    if (group.events.length > 0) await this.publish(group);
    return group.events.length;
  }

  private async acknowledgeDone(): Promise<number> {
    const jobIds = await this.outbox.takeJobs(AGAIN_MS);
    const looks = await Promise.allSettled(jobIds.map((jobId) => this.lookAt(jobId)));
    const done = looks.flatMap((look) => (look.status === 'fulfilled' && look.value !== null ? [look.value] : []));
    if (done.length > 0) {
      await this.outbox.acknowledge(done.map(({ id }) => String(id)));
      await this.remove(done);
    }
    // Only now: trouble with one job is no reason to leave the others unacknowledged.
    const trouble = looks.find((look) => look.status === 'rejected');
    if (trouble) throw trouble.reason;
    return done.length;
  }

  /** The job once it is done. What Redis has lost is published again; what the listener gave up on it gets again: nobody has been told yet. */
  private async lookAt(jobId: string): Promise<Job | null> {
    const job = await redisAnswer(REDIS_TIMEOUT_MS, this.queue.getJob(jobId));
    if (job === null) {
      const events = await this.outbox.eventsOf(jobId);
      if (events.length > 0) await this.publish({ jobId, events });
      return null;
    }
    if (await redisAnswer(REDIS_TIMEOUT_MS, job.isCompleted())) return job;
    if (await redisAnswer(REDIS_TIMEOUT_MS, job.isFailed())) await redisAnswer(REDIS_TIMEOUT_MS, job.retry());
    return null;
  }

  /** Bull keeps one job per id, so publishing twice is harmless. */
  private async publish({ jobId, events }: OutboxGroup): Promise<void> {
    const data: OutcomeGroup = { version: 2, events };
    const options = { jobId, removeOnComplete: KEPT_COMPLETED, attempts: 20, backoff: { type: 'fixed', delay: 3000 } };
    await redisAnswer(REDIS_TIMEOUT_MS, this.queue.add(OUTCOME_JOB, data, options));
  }

  /** What `work` came to; 0 when PostgreSQL or Redis did not let it. What was not done is found again by its time. */
  private async attempt(work: () => Promise<number>): Promise<number> {
    try {
      return await work();
    } catch (error) {
      this.trouble.tell(error as Error, { step: 'relay' }, 'could not relay outcomes');
      return 0;
    }
  }
}

async function sweepPause(signal: AbortSignal): Promise<void> {
  await sleep(SWEEP_MS, undefined, { ref: false, signal }).catch(() => undefined);
}
