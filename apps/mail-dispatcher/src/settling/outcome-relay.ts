// Carries outcomes from the outbox to the queue `outcomes`, again and again until the job is done: a completed job is the listener's
// acknowledgement, so that neither a lost Redis nor a lost event loses an alert. What this process has just settled it publishes from its
// memory, and it deletes the rows when it sees the job done; whatever goes another way than that goes by the outbox.
import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { OUTCOME_JOB, OUTCOMES_PER_JOB, OUTCOMES_QUEUE, type OutcomeEvent, type OutcomeGroup } from '@billing-mail/contracts';
import { type Logger, PollLoop, redisAnswer, TroubleLog, within } from '@billing-mail/platform';
import type { Job, Queue } from 'bull';
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
  private readonly trouble: TroubleLog;
  private readonly publishing = this.loopOf(() => this.publishAll(), SWEEP_MS);
  private readonly loops = [
    this.publishing,
    this.loopOf(async () => (await this.acknowledgeDone()) > 0, SWEEP_MS),
    this.loopOf(() => this.lookAfterPublished(), AGAIN_MS, AGAIN_MS),
  ];
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
    for (const loop of this.loops) loop.start();
  }

  /** Publishes what this process has just committed. Lost from here it is found in the outbox again. */
  tell(event: OutcomeEvent, isUrgent: boolean): void {
    this.fresh.push(event);
    if (isUrgent || this.fresh.length === OUTCOMES_PER_JOB) this.wake();
  }

  /** There is something to tell now: do not wait for the next sweep. */
  wake(): void {
    this.publishing.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop(REDIS_TIMEOUT_MS)));
    await within(
      REDIS_TIMEOUT_MS,
      this.publishFresh()
        .catch((error: unknown) => this.tellOf(error))
        .then(() => this.lookAfterPublished())
        .catch((error: unknown) => this.tellOf(error)),
    );
  }

  private loopOf(look: () => Promise<boolean | void>, everyMs: number, firstAfterMs = 0): PollLoop {
    return new PollLoop({ look, everyMs, firstAfterMs, onError: (error) => this.tellOf(error) });
  }

  /** One group at a time: what is settled while it is being published gathers for the next. True when the outbox may have more. */
  private async publishAll(): Promise<boolean> {
    await this.publishFresh().catch((error: unknown) => this.tellOf(error));
    return (await this.publishNext()) === OUTCOMES_PER_JOB;
  }

  /** What Redis does not take is left to the outbox, so that no memory is held by what can not go. */
  private async publishFresh(): Promise<void> {
    const events = this.fresh;
    this.fresh = [];
    for (let from = 0; from < events.length; from += OUTCOMES_PER_JOB) {
      const group = { jobId: uuidv7(), events: events.slice(from, from + OUTCOMES_PER_JOB) };
      await this.publish(group);
      this.published.push({ jobId: group.jobId, eventIds: group.events.map(({ eventId }) => eventId) });
    }
  }

  /** Looks once at each job that this process has published: what is not done by then is looked after by all relays. */
  private async lookAfterPublished(): Promise<void> {
    const groups = this.published;
    this.published = [];
    const looks = await Promise.all(groups.map(async (group) => ({ group, job: await this.doneJob(group.jobId).catch(() => null) })));
    const done = looks.flatMap(({ group, job }) => (job === null ? [] : [{ group, job }]));
    if (done.length > 0) await this.outbox.acknowledgeEvents(done.flatMap(({ group }) => group.eventIds));
    for (const { group, job } of looks) if (job === null) await this.outbox.handOver(group, AGAIN_MS);
    await this.remove(done.map(({ job }) => job));
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

  /** What was not done is found again by its time. */
  private tellOf(error: unknown): void {
    this.trouble.tell(error as Error, { step: 'relay' }, 'could not relay outcomes');
  }
}
