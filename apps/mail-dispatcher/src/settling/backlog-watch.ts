// What waits, for whoever watches: deliveries in PostgreSQL, outcomes in the outbox, jobs in Redis. All dispatchers tell the same numbers.
import { InjectQueue } from '@nestjs/bull';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DISPATCH_QUEUE, OUTCOMES_QUEUE } from '@billing-mail/contracts';
import { type Logger, redisAnswer, Sql, TroubleLog } from '@billing-mail/platform';
import type { Queue } from 'bull';
import { DataSource } from 'typeorm';
import { LOGGER } from '../dispatcher.tokens.js';
import { deliveriesWaiting, oldestDueAge, outboxAge, outboxWaiting, queueJobs } from '../records/dispatcher.metrics.js';

/** As often as Prometheus asks by default. A scrape only reads what is here, so that one that comes often costs nobody anything. */
const LOOK_EVERY_MS = 15_000;
const ANSWER_WITHIN_MS = 2000;

type Waiting = { due: number; later: number; oldest: number };
type Outbox = { events: number; oldest: number };

@Injectable()
export class BacklogWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sql: Sql;
  private readonly trouble: TroubleLog;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    dataSource: DataSource,
    @InjectQueue(DISPATCH_QUEUE) private readonly jobs: Queue,
    @InjectQueue(OUTCOMES_QUEUE) private readonly outcomes: Queue,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.sql = new Sql(dataSource);
    this.trouble = new TroubleLog(logger);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    void this.look();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Never rejects: what can not be asked keeps its last number. */
  async look(): Promise<void> {
    const looks = [
      this.lookAtDeliveries(),
      this.lookAtOutbox(),
      this.lookAtQueue('dispatch', this.jobs),
      this.lookAtQueue('outcomes', this.outcomes),
    ];
    for (const result of await Promise.allSettled(looks))
      if (result.status === 'rejected') this.trouble.tell(result.reason as Error, { step: 'backlog' }, 'can not tell what waits');
  }

  /** The age by the lanes, which are few; the numbers by the index of what is due. */
  private async lookAtDeliveries(): Promise<void> {
    const [row] = await this.sql.rows<Waiting>(
      `SELECT count(*) FILTER (WHERE due_at <= now())::int AS due, count(*) FILTER (WHERE due_at > now())::int AS later,
              (SELECT greatest(0, extract(epoch FROM now() - min(next_due_at)))::float FROM dispatch.lanes) AS oldest
       FROM dispatch.deliveries WHERE settled_at IS NULL AND claim_id IS NULL`,
    );
    deliveriesWaiting.set({ state: 'due' }, row?.due ?? 0);
    deliveriesWaiting.set({ state: 'later' }, row?.later ?? 0);
    oldestDueAge.set(row?.oldest ?? 0);
  }

  private async lookAtOutbox(): Promise<void> {
    // The ids are UUIDs of version 7, so the oldest is the least.
    const [row] = await this.sql.rows<Outbox>(
      `SELECT count(*)::int AS events,
              coalesce(extract(epoch FROM now() - min((payload ->> 'occurredAt')::timestamptz)), 0)::float AS oldest
       FROM dispatch.outbox`,
    );
    outboxWaiting.set(row?.events ?? 0);
    outboxAge.set(Math.max(0, row?.oldest ?? 0));
  }

  private async lookAtQueue(name: string, queue: Queue): Promise<void> {
    const { waiting, active, delayed, failed } = await redisAnswer(ANSWER_WITHIN_MS, queue.getJobCounts());
    for (const [state, count] of Object.entries({ waiting, active, delayed, failed })) queueJobs.set({ queue: name, state }, count);
  }
}
