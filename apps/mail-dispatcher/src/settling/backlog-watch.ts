// Reports as metrics what waits: deliveries in PostgreSQL, outcomes in the outbox, jobs in Redis. All dispatchers report the same numbers.
import { InjectQueue } from '@nestjs/bull';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DISPATCH_QUEUE, OUTCOMES_QUEUE, ROUTES } from '@billing-mail/contracts';
import { type Logger, PollLoop, redisAnswer, Sql, TroubleLog } from '@billing-mail/platform';
import type { Queue } from 'bull';
import { LOGGER } from '../dispatcher.tokens.js';
import { deliveriesWaiting, lateLanes, oldestDueAge, outboxAge, outboxWaiting, queueJobs } from '../records/dispatcher.metrics.js';

/** As often as Prometheus scrapes in its sample configuration. A scrape only reads the latest values, so it costs no queries. */
const LOOK_EVERY_MS = 15_000;
/** A busy Redis, or one that is still connecting, may take until shortly before the next look to answer. */
const ANSWER_WITHIN_MS = 10_000;

type Waiting = { due: number; later: number };
type Late = { oldest: number | null; late: number };
type Outbox = { events: number; oldest: number | null };

@Injectable()
export class BacklogWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly trouble: TroubleLog;
  private readonly looking = new PollLoop({ look: () => this.look(), everyMs: LOOK_EVERY_MS, onError: (error) => this.tellOf(error) });

  constructor(
    private readonly sql: Sql,
    @InjectQueue(DISPATCH_QUEUE) private readonly jobs: Queue,
    @InjectQueue(OUTCOMES_QUEUE) private readonly outcomes: Queue,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  beforeApplicationShutdown(): void {
    void this.looking.stop();
  }

  /** Never throws: a value that can't be read keeps its last number. */
  async look(): Promise<void> {
    const looks = [
      this.lookAtDeliveries(),
      this.lookAtOutbox(),
      this.lookAtQueue('dispatch', this.jobs),
      this.lookAtQueue('outcomes', this.outcomes),
    ];
    for (const result of await Promise.allSettled(looks)) if (result.status === 'rejected') this.tellOf(result.reason as Error);
  }

  private tellOf(error: Error): void {
    this.trouble.tell(error, { step: 'backlog' }, 'could not measure the backlog');
  }

  /** Counts the deliveries with the index of due deliveries; the ages come from the few rows of `dispatch.lanes`. */
  private async lookAtDeliveries(): Promise<void> {
    const [count] = await this.sql.rows<Waiting>(
      `SELECT count(*) FILTER (WHERE due_at <= now())::int AS due, count(*) FILTER (WHERE due_at > now())::int AS later
       FROM dispatch.deliveries WHERE settled_at IS NULL AND claim_id IS NULL`,
    );
    deliveriesWaiting.set({ state: 'due' }, count?.due ?? 0);
    deliveriesWaiting.set({ state: 'later' }, count?.later ?? 0);
    for (const route of ROUTES) {
      const [lanes] = await this.sql.rows<Late>(
        `SELECT greatest(0, extract(epoch FROM now() - min(next_due_at)))::float AS oldest,
                count(*) FILTER (WHERE next_due_at < now() - interval '5 minutes')::int AS late
         FROM dispatch.lanes WHERE lane LIKE '%/' || $1`,
        [route],
      );
      oldestDueAge.set({ route }, lanes?.oldest ?? 0);
      lateLanes.set({ route }, lanes?.late ?? 0);
    }
  }

  private async lookAtOutbox(): Promise<void> {
    // The ids are UUIDs of version 7, so the smallest one is the oldest.
    const [row] = await this.sql.rows<Outbox>(
      `SELECT (SELECT count(*) FROM dispatch.outbox)::int AS events,
              (SELECT extract(epoch FROM now() - (payload ->> 'occurredAt')::timestamptz) FROM dispatch.outbox ORDER BY id LIMIT 1)::float AS oldest`,
    );
    outboxWaiting.set(row?.events ?? 0);
    outboxAge.set(Math.max(0, row?.oldest ?? 0));
  }

  private async lookAtQueue(name: string, queue: Queue): Promise<void> {
    const { waiting, active, delayed, failed } = await redisAnswer(ANSWER_WITHIN_MS, queue.getJobCounts());
    for (const [state, count] of Object.entries({ waiting, active, delayed, failed })) queueJobs.set({ queue: name, state }, count);
  }
}
