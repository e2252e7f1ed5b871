// Publishes outcomes from the outbox to the queue `outcomes` until their job is completed. A completed job is the listener's
// acknowledgement, so no alert is lost if Redis loses its data or an event gets lost. Outcomes that this process has just committed are
// published from memory, and their rows are deleted once their job is completed; everything else goes through the outbox.
import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { OUTCOME_JOB, OUTCOMES_PER_JOB, OUTCOMES_QUEUE, type OutcomeEvent, type OutcomeGroup } from '@billing-mail/contracts';
import { type Logger, PollLoop, redisAnswer, TroubleLog, within } from '@billing-mail/platform';
import type { Queue } from 'bull';
import { v7 as uuidv7 } from 'uuid';
import { LOGGER } from '../dispatcher.tokens.js';
import { type OutboxGroup, OutboxStore, type PublishedGroup } from '../records/outbox.store.js';

/** Urgent outcomes do not wait for this sweep: settling such a delivery wakes the relay. */
const SWEEP_MS = 500;
/** Without it, `add` of Bull would wait forever while Redis is unavailable. */
const REDIS_TIMEOUT_MS = 3000;
/**
 * A published job that is not acknowledged is looked at again after this time, and then each time after twice as long, up to `LATEST_MS`.
 * Looking sooner would help only jobs that Redis has lost or that the listener has given up.
 */
const AGAIN_MS = 3000;
const LATEST_MS = 30_000;
/** The relay removes a completed job once it has seen it. These limits (seconds, jobs) remove the jobs of relays that never came back. */
const KEPT_COMPLETED = { age: 3600, count: 10_000 };

/** In one step, because another relay may publish the job meanwhile. */
const REMOVE_UNLESS_JOB = `if redis.call('HEXISTS', KEYS[1], 'name') == 0 then redis.call('DEL', KEYS[1]) end`;

@Injectable()
export class OutcomeRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly trouble: TroubleLog;
  private readonly publishing = this.loopOf(() => this.publishAll(), SWEEP_MS);
  private readonly loops = [
    this.publishing,
    this.loopOf(async () => (await this.acknowledgeDone()) > 0, SWEEP_MS),
    this.loopOf(() => this.lookAfterPublished(), AGAIN_MS, AGAIN_MS),
  ];
  /** Committed by this process, not published yet. */
  private fresh: OutcomeEvent[] = [];
  /** Published by this process, not looked at yet. */
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

  /**
   * Publishes an outcome that this process has just committed: at once if it is urgent or completes a group, else with the next sweep. If
   * this process loses it, a relay finds it in the outbox.
   */
  tell(event: OutcomeEvent, isUrgent: boolean): void {
    this.fresh.push(event);
    if (isUrgent || this.fresh.length === OUTCOMES_PER_JOB) this.wake();
  }

  /** Publishes now, without waiting for the next sweep. */
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

  /** Publishes one group at a time; outcomes that arrive meanwhile form the next one. Returns whether the outbox may have more. */
  private async publishAll(): Promise<boolean> {
    await this.publishFresh().catch((error: unknown) => this.tellOf(error));
    return (await this.publishNext()) === OUTCOMES_PER_JOB;
  }

  /** Outcomes that Redis does not accept are left to the outbox, so that they hold no memory here. */
  private async publishFresh(): Promise<void> {
    const events = this.fresh;
    this.fresh = [];
    for (let from = 0; from < events.length; from += OUTCOMES_PER_JOB) {
      const group = { jobId: uuidv7(), events: events.slice(from, from + OUTCOMES_PER_JOB) };
      await this.publish(group);
      this.published.push({ jobId: group.jobId, eventIds: group.events.map(({ eventId }) => eventId) });
    }
  }

  /** Looks once at each job that this process has published. Jobs that are not completed by then are handed over to all relays. */
  private async lookAfterPublished(): Promise<void> {
    const groups = this.published;
    this.published = [];
    const states = await Promise.all(groups.map(({ jobId }) => this.stateOf(jobId).catch(() => null)));
    const done = groups.filter((_, index) => states[index] === 'completed');
    if (done.length > 0) await this.outbox.acknowledgeEvents(done.flatMap(({ eventIds }) => eventIds));
    for (const group of groups) if (!done.includes(group)) await this.outbox.handOver(group, AGAIN_MS);
    await this.remove(done.map(({ jobId }) => jobId));
  }

  /** Asks Redis directly, because Bull would read the whole job and parse its events. */
  private async stateOf(jobId: string): Promise<'completed' | 'failed' | 'open' | 'lost'> {
    const { client } = this.queue;
    const rankIn = (list: string) => client.zscore(this.queue.toKey(list), jobId);
    const asked = Promise.all([client.hexists(this.queue.toKey(jobId), 'name'), rankIn('completed'), rankIn('failed')]);
    const [isThere, completed, failed] = await redisAnswer(REDIS_TIMEOUT_MS, asked);
    if (isThere === 0) return 'lost';
    if (completed !== null) return 'completed';
    return failed === null ? 'open' : 'failed';
  }

  private async remove(jobIds: readonly string[]): Promise<void> {
    const removed = jobIds.map(async (jobId) => (await this.queue.getJob(jobId))?.remove());
    await redisAnswer(REDIS_TIMEOUT_MS, Promise.all(removed));
  }

  private async publishNext(): Promise<number> {
    const group = await this.outbox.takeGroup(AGAIN_MS);
    if (group.events.length > 0) await this.publish(group);
    return group.events.length;
  }

  private async acknowledgeDone(): Promise<number> {
    const jobIds = await this.outbox.takeJobs({ soonestMs: AGAIN_MS, latestMs: LATEST_MS });
    const looks = await Promise.allSettled(jobIds.map((jobId) => this.lookAt(jobId)));
    const done = jobIds.filter((_, index) => looks[index]?.status === 'fulfilled' && looks[index].value);
    if (done.length > 0) {
      await this.outbox.acknowledge(done);
      await this.remove(done);
    }
    // Thrown last, so that trouble with one job does not keep the others from being acknowledged.
    const trouble = looks.find((look) => look.status === 'rejected');
    if (trouble) throw trouble.reason;
    return done.length;
  }

  /**
   * Returns whether the job is completed. Publishes it again if Redis has lost it, and retries it if the listener gave up, because its
   * outcomes may not have been told yet.
   */
  private async lookAt(jobId: string): Promise<boolean> {
    const state = await this.stateOf(jobId);
    if (state === 'lost') {
      await this.removeRemains(jobId);
      const events = await this.outbox.eventsOf(jobId);
      if (events.length > 0) await this.publish({ jobId, events });
    }
    if (state === 'failed')
      await redisAnswer(
        REDIS_TIMEOUT_MS,
        this.queue.getJob(jobId).then((job) => job?.retry()),
      );
    return state === 'completed';
  }

  /**
   * A worker that took a job before Redis lost it writes its failure under the job's key. Bull would take these remains for the job, and not
   * add it again.
   */
  private async removeRemains(jobId: string): Promise<void> {
    const removed = this.queue.client.eval(REMOVE_UNLESS_JOB, 1, this.queue.toKey(jobId));
    await redisAnswer(REDIS_TIMEOUT_MS, removed);
  }

  /** Publishing twice is harmless, as Bull keeps one job for each id. */
  private async publish({ jobId, events }: OutboxGroup): Promise<void> {
    const data: OutcomeGroup = { version: 2, events };
    const options = { jobId, removeOnComplete: KEPT_COMPLETED, attempts: 20, backoff: { type: 'fixed', delay: 3000 } };
    await redisAnswer(REDIS_TIMEOUT_MS, this.queue.add(OUTCOME_JOB, data, options));
  }

  /** Only logs the error, because everything that was not done is due again later. */
  private tellOf(error: unknown): void {
    this.trouble.tell(error as Error, { step: 'relay' }, 'could not relay outcomes');
  }
}
