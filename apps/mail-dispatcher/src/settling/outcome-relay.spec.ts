// Outcomes reach their listener, each in one group, although relays die and Redis forgets, dies or freezes.
import { randomUUID } from 'node:crypto';
import { OUTCOME_JOB, OUTCOMES_PER_JOB, OUTCOMES_QUEUE, type OutcomeEvent, outcomeGroup, type OutcomeGroup } from '@billing-mail/contracts';
import { bullOptions, createLogger, dataSourceOptions, migrate, Sql } from '@billing-mail/platform';
import { eventually, startTestDatabase, startTestRedis, type TestDatabase, type TestRedis } from '@billing-mail/testkit';
import Bull, { type Job, type Queue } from 'bull';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbstractLogger, DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { dispatchSchema } from '../dispatch.schema.js';
import { addToOutbox, OutboxStore } from '../records/outbox.store.js';
import { OutcomeRelay } from './outcome-relay.js';

describe('the relay of outcomes', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let source: DataSource;
  let sql: Sql;
  let outbox: OutboxStore;
  const queues: Queue[] = [];
  const relays: OutcomeRelay[] = [];
  let heard: { jobId: string; group: OutcomeGroup }[] = [];

  beforeAll(async () => {
    [database, redis] = await Promise.all([startTestDatabase(), startTestRedis()]);
    await migrate(database.url, dispatchSchema);
    source = await new DataSource(dataSourceOptions(database.url, dispatchSchema)).initialize();
    sql = new Sql(source);
    outbox = new OutboxStore(sql);
  });
  beforeEach(async () => {
    heard = [];
    await redis.flush();
    await sql.affected('DELETE FROM dispatch.outbox');
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.beforeApplicationShutdown()));
    await Promise.all(queues.splice(0).map((queue) => queue.close(true)));
  });
  afterAll(async () => {
    await source.destroy();
    await Promise.all([database.stop(), redis.stop()]);
  });

  const newQueue = (): Queue => {
    const queue = new Bull(OUTCOMES_QUEUE, bullOptions({ REDIS_URL: redis.url }));
    queue.on('error', () => undefined); // Redis is taken down on purpose
    queues.push(queue);
    return queue;
  };
  const startRelay = (store = outbox): OutcomeRelay => {
    const relay = new OutcomeRelay(newQueue(), createLogger('mail-dispatcher', 'silent'), store);
    relay.onApplicationBootstrap();
    relays.push(relay);
    return relay;
  };
  const listen = (act: (job: Job) => Promise<void> = () => Promise.resolve()): Queue => {
    const queue = newQueue();
    void queue.process(OUTCOME_JOB, async (job) => {
      await act(job);
      heard.push({ jobId: String(job.id), group: outcomeGroup.parse(job.data) });
    });
    return queue;
  };
  const settle = async (count: number): Promise<void> => {
    const delivery = { id: randomUUID(), key: 'k', document: { id: 'd', type: 'invoice' }, subject: 's', status: 'sent', route: 'custom' };
    const facts = { usedFallback: false, troubled: [], counts: { recipients: 1, accepted: 1 }, failure: null };
    for (let index = 0; index < count; index += 1) {
      await addToOutbox(sql, {
        ...{ type: 'delivery_settled', teamId: 'acme', requestedBy: null, notifyUserIds: [], teamLocale: null },
        delivery: { ...delivery, ...facts } as never,
      });
    }
  };
  const rows = () => sql.rows<{ id: string; jobId: string | null }>('SELECT id, job_id AS "jobId" FROM dispatch.outbox ORDER BY id');
  const eventIds = () => heard.flatMap(({ group }) => group.events.map(({ eventId }) => eventId));
  /** Makes the published jobs due for a look at once, so that no test waits three seconds. */
  const lookNow = () => sql.affected('UPDATE dispatch.outbox SET publish_at = now() WHERE job_id IS NOT NULL');
  const allAcknowledged = () => eventually(async () => (await lookNow()) === 0 && (await rows()).length === 0);

  it('publishes what is there in full groups, the oldest first, and forgets all once their jobs are done', async () => {
    await settle(2 * OUTCOMES_PER_JOB + 50);
    const ids = (await rows()).map(({ id }) => id);
    const listener = listen();
    startRelay().wake();
    await allAcknowledged();
    expect(heard.map(({ group }) => group.events.length)).toEqual([OUTCOMES_PER_JOB, OUTCOMES_PER_JOB, 50]);
    expect(eventIds()).toEqual(ids);
    await eventually(async () => (await listener.getCompletedCount()) === 0);
  });

  it('keeps outcomes until the listener has acted on them', async () => {
    await settle(3);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const listener = listen(() => held);
    startRelay().wake();
    await eventually(async () => (await listener.getActiveCount()) === 1);
    const [before] = await rows();
    await lookNow();
    await eventually(async () => {
      const [look] = await sql.rows<{ isLater: boolean }>('SELECT bool_and(publish_at > now()) AS "isLater" FROM dispatch.outbox');
      return look?.isLater === true;
    });
    expect((await rows()).map(({ jobId }) => jobId)).toEqual([before?.jobId, before?.jobId, before?.jobId]);
    letGo();
    await allAcknowledged();
    expect(heard).toHaveLength(1);
  });

  /** Returns outcomes as the process that settled them has them: in the outbox, and left to that process for a while. */
  const settleHere = async (count: number): Promise<OutcomeEvent[]> => {
    await settle(count);
    const left = await sql.rows<{ payload: OutcomeEvent }>(
      `UPDATE dispatch.outbox SET publish_at = now() + interval '1 minute' WHERE job_id IS NULL RETURNING payload`,
    );
    return left.map(({ payload }) => payload);
  };

  it('publishes what its own process settled without asking the outbox, and deletes it once its job is done', async () => {
    const events = await settleHere(3);
    listen();
    const [relay, other] = [startRelay(), startRelay()];
    other.wake();
    for (const event of events) relay.tell(event, false);
    await eventually(() => heard.length === 1);
    expect(heard[0]?.group).toEqual({ version: 2, events });
    expect((await rows()).map(({ jobId }) => jobId)).toEqual([null, null, null]);
    await eventually(async () => (await rows()).length === 0);
    expect(heard).toHaveLength(1);
  });

  it('lets all relays look after its own job where the listener is slow', async () => {
    const events = await settleHere(2);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const listener = listen(() => held);
    const relay = startRelay();
    for (const event of events) relay.tell(event, true);
    await eventually(async () => (await listener.getActiveCount()) === 1);
    const [job] = await listener.getActive();
    await eventually(async () => (await rows()).every(({ jobId }) => jobId === job?.id));
    letGo();
    await allAcknowledged();
    expect(heard).toHaveLength(1);
  });

  it('takes over what its process left in the outbox, once the time for it is up', async () => {
    const events = await settleHere(2);
    listen();
    startRelay().wake();
    await sleep(1000); // longer than a sweep
    expect(heard).toHaveLength(0);
    await sql.affected('UPDATE dispatch.outbox SET publish_at = now()');
    await eventually(() => heard.length === 1);
    expect(eventIds()).toEqual(events.map(({ eventId }) => eventId));
    await allAcknowledged();
  });

  it('takes part in no group twice, whoever else relays', async () => {
    listen();
    const team = [startRelay(), startRelay(), startRelay()];
    const wakeAll = (): void => team.forEach((relay) => relay.wake());
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (let index = 0; index < 50; index += 1) {
          await settle(1);
          wakeAll();
        }
      }),
    );
    await eventually(() => eventIds().length >= 300);
    await allAcknowledged();
    expect(new Set(eventIds()).size).toBe(300);
    expect(eventIds()).toHaveLength(300);
  });

  it('publishes the group of a relay that died before it did', async () => {
    await settle(3);
    const group = await outbox.takeGroup(60_000);
    expect(group.events).toHaveLength(3);
    await settle(1);
    listen();
    startRelay().wake();
    await eventually(() => heard.length === 1);
    await lookNow();
    await eventually(() => heard.length === 2);
    expect(heard[1]).toEqual({ jobId: group.jobId, group: { version: 2, events: group.events } });
    await allAcknowledged();
  });

  it('publishes what Redis has forgotten again, the same events in the same job', async () => {
    await settle(4);
    const watcher = newQueue();
    await watcher.pause();
    startRelay().wake();
    const published = (): Promise<Job[]> => watcher.getJobs(['paused', 'waiting']);
    await eventually(async () => (await published()).length === 1);
    const [first] = await published();
    await redis.flush();
    await lookNow();
    await eventually(async () => (await published()).length === 1);
    const [again] = await published();
    expect([again?.id, again?.data]).toEqual([first?.id, first?.data]);
    listen();
    await allAcknowledged();
    expect(heard).toHaveLength(1);
  });

  /** Creates jobs that were published that long ago, each with three outcomes, and are due to be looked at. */
  const publishedBefore = async (...agesMs: number[]): Promise<string[]> => {
    const jobIds = agesMs.map((ageMs) => uuidv7({ msecs: Date.now() - ageMs }));
    for (const jobId of jobIds) {
      await settle(3);
      await sql.affected('UPDATE dispatch.outbox SET job_id = $1 WHERE job_id IS NULL', [jobId]);
    }
    return jobIds;
  };

  it('looks at a job the more seldom the longer it waits, though twice a minute, and writes one row for it', async () => {
    const jobIds = await publishedBefore(0, 15_000, 3_600_000);
    expect((await outbox.takeJobs({ soonestMs: 3000, latestMs: 30_000 })).sort()).toEqual([...jobIds].sort());
    const soon = await sql.rows<{ jobId: string; at: Date; isSoon: boolean }>(
      `SELECT job_id AS "jobId", publish_at AS at, publish_at <= now() + interval '30 seconds' AS "isSoon" FROM dispatch.outbox
       WHERE publish_at < now() + interval '10 minutes' ORDER BY publish_at`,
    );
    expect(soon.map(({ jobId, isSoon }) => [jobId, isSoon])).toEqual(jobIds.map((jobId) => [jobId, true]));
    expect(await outbox.takeJobs({ soonestMs: 3000, latestMs: 30_000 })).toEqual([]);
  });

  it('does not read the events of a job to see how far it is', async () => {
    await settle(2);
    startRelay().wake();
    const [queue] = queues.slice(-1);
    const read = jest.spyOn(queue as Queue, 'getJob');
    await eventually(async () => (await queue?.getWaitingCount()) === 1);
    const isLookedAt = async () => (await sql.rows('SELECT FROM dispatch.outbox WHERE publish_at <= now()')).length === 0;
    // The second look begins when the first has ended.
    for (let looks = 0; looks < 2; looks += 1) {
      await lookNow();
      await eventually(isLookedAt);
    }
    expect(read).not.toHaveBeenCalled();
    listen();
    await allAcknowledged();
  });

  it('reaches a listener that comes back, however long it is until the next look', async () => {
    await settle(2);
    startRelay().wake();
    await eventually(async () => (await rows()).every(({ jobId }) => jobId !== null));
    await sql.affected(`UPDATE dispatch.outbox SET publish_at = now() + interval '1 day'`);
    listen();
    await eventually(() => heard.length === 1);
    await allAcknowledged();
  });

  it('leaves what another relay has published to the job of that one', async () => {
    const events = await settleHere(2);
    await sql.affected('UPDATE dispatch.outbox SET publish_at = now()');
    const { jobId } = await outbox.takeGroup(60_000);
    await outbox.acknowledgeEvents(events.map(({ eventId }) => eventId));
    expect((await rows()).map((row) => row.jobId)).toEqual([jobId, jobId]);
  });

  it('gives the listener again what it gave up on', async () => {
    await settle(2);
    let isMended = false;
    const listener = listen(async (job) => {
      if (isMended) return;
      await job.discard();
      throw new Error('a mistake of the listener');
    });
    startRelay().wake();
    await eventually(async () => (await listener.getFailedCount()) === 1);
    isMended = true;
    await lookNow();
    await eventually(() => heard.length === 1);
    await allAcknowledged();
  });

  it('acknowledges what is done although another job makes trouble', async () => {
    await settle(1);
    const group = await outbox.takeGroup(60_000);
    const watcher = newQueue();
    // Not a job: Redis answers every request for it with an error.
    await watcher.client.set(watcher.toKey(group.jobId), 'in the way');
    await settle(1);
    listen();
    startRelay().wake();
    await eventually(() => heard.length === 1);
    await lookNow();
    await eventually(async () => (await rows()).length === 1);
    expect((await rows())[0]?.jobId).toBe(group.jobId);
    await watcher.client.del(watcher.toKey(group.jobId));
    await allAcknowledged();
    expect(eventIds()).toContain(group.events[0]?.eventId);
  });

  it('publishes again what Redis has lost while a worker had it', async () => {
    await settle(1);
    const { jobId } = await outbox.takeGroup(60_000);
    const worker = newQueue();
    await worker.client.hset(worker.toKey(jobId), { attemptsMade: '1', processedOn: '1', failedReason: 'Missing process handler' });
    listen();
    startRelay();
    await allAcknowledged();
    expect(heard.map((each) => each.jobId)).toEqual([jobId]);
  });

  it('goes on after Redis was frozen and restarted', async () => {
    listen();
    const relay = startRelay();
    await settle(1);
    redis.freeze();
    relay.wake();
    await sleep(3500); // longer than the relay waits for an answer
    redis.thaw();
    await redis.halt('SIGKILL');
    await redis.start();
    await settle(1);
    relay.wake();
    await allAcknowledged();
    expect(new Set(eventIds()).size).toBe(2);
  });

  it('asks for nothing more once it has ended', async () => {
    const asked: string[] = [];
    class StatementLog extends AbstractLogger {
      override logQuery = (statement: string): void => void asked.push(statement);
      protected writeLog(): void {
        // Only statements are of interest.
      }
    }
    const options = { ...dataSourceOptions(database.url, dispatchSchema), logging: true, logger: new StatementLog(true) };
    const ownSource = await new DataSource(options).initialize();
    const relay = startRelay(new OutboxStore(new Sql(ownSource)));
    await eventually(() => asked.length > 10);
    await relay.beforeApplicationShutdown();
    asked.length = 0;
    await settle(1);
    relay.wake();
    listen();
    startRelay();
    await allAcknowledged();
    expect(asked).toEqual([]);
    await ownSource.destroy();
  });
});
