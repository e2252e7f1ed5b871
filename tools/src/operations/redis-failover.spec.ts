// Deliveries under way while the Redis that has the queue is killed: nothing is lost, nothing is doubled, and it goes on by itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queuePrefix, type DispatchJobInput, type Replication } from '@billing-mail/contracts';
import { startTestCluster, startTestSentinels } from '@billing-mail/testkit';
import { AWAITED } from '../faults/groups.js';
import { pause, Play, seconds } from '../faults/scenario.js';
import { invoice } from '../faults/stage/invoicing.js';
import { Stage } from '../faults/stage/stage.js';

const DELIVERIES = 200;
const AT_ONCE = 10;
/** Invoicing publishes again what it has not seen for so long. */
const SEEN_WITHIN_MS = 5000;

type FailingRedis = { url: string; killPrimary: () => Promise<void>; stop: () => Promise<void> };

async function sentinels(): Promise<FailingRedis> {
  const redis = await startTestSentinels();
  return { url: redis.url, killPrimary: () => redis.primary.end('SIGKILL'), stop: () => redis.stop() };
}

async function cluster(): Promise<FailingRedis> {
  const redis = await startTestCluster();
  const killPrimary = async () => (await redis.primaryOf(`${queuePrefix()}:dispatch:wait`)).process.end('SIGKILL');
  return { url: redis.url, killPrimary, stop: () => redis.stop() };
}

/** As the README tells invoicing to: again with the same key until the delivery is seen. Resolves with how many had to be published again. */
async function publishUntilSeen(stage: Stage, jobs: readonly DispatchJobInput[], replication?: Replication): Promise<number> {
  let again = 0;
  let unseen = [...jobs];
  while (unseen.length > 0) {
    for (let from = 0; from < unseen.length; from += AT_ONCE) {
      // What Redis does not take, or not on a replica, is published again with what was lost.
      await Promise.allSettled(unseen.slice(from, from + AT_ONCE).map((job) => stage.invoicing.publish(job, replication)));
    }
    await pause(SEEN_WITHIN_MS);
    const seen = new Set((await stage.database.rows<{ key: string }>('SELECT key FROM dispatch.deliveries')).map(({ key }) => key));
    unseen = jobs.filter(({ key }) => !seen.has(key));
    again += unseen.length;
  }
  return again;
}

describe('while the primary of Redis is killed', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redis-failover-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each<[string, () => Promise<FailingRedis>, Replication | undefined]>([
    ['three Sentinels and a replica', sentinels, undefined],
    ['a Cluster of three primaries and three replicas', cluster, { replicas: 1, withinMs: 5000 }],
  ])(
    `loses and doubles none of ${DELIVERIES} deliveries, with %s`,
    async (name, start, replication) => {
      const redis = await start();
      const stage = await Stage.set(join(folder, name.split(' ')[1] ?? ''), {
        redisUrl: redis.url,
        customServers: 1,
        notifiers: 1,
        // On a busy machine nobody is to lose a claim, or a server, for being slow.
        env: { ...AWAITED, CLAIM_LEASE: '30s' },
      });
      try {
        const play = new Play(stage, 'retry', 'failover');
        const teamId = await play.team();
        const jobs = Array.from({ length: DELIVERIES }, () => invoice(teamId));
        const published = publishUntilSeen(stage, jobs.slice(0, DELIVERIES / 2), replication);
        await play.awaits('a tenth is settled', async () => (await play.deliveries()).filter(isSettled).length >= DELIVERIES / 10);
        await redis.killPrimary();
        // Whoever takes over has no replica to wait for.
        const again = (await publishUntilSeen(stage, jobs.slice(DELIVERIES / 2))) + (await published);
        await play.untilSettled();
        await play.conclude();
        const [gap] = await stage.database.rows<{ s: number }>(
          `SELECT extract(epoch FROM max(gap))::float AS s
           FROM (SELECT settled_at - lag(settled_at) OVER (ORDER BY settled_at) AS gap FROM dispatch.deliveries) gaps`,
        );
        console.log(`${name}: longest pause ${seconds((gap?.s ?? 0) * 1000)}, ${again} published again`);
        expect(play.misses).toEqual([]);
        expect(stage.invoicing.promised).toHaveLength(DELIVERIES);
        expect(play.totals).toMatchObject({ accepted: 2 * DELIVERIES, failed: 0, uncertain: 0, doubtfulCopies: 0 });
      } finally {
        await stage.strike();
        await redis.stop();
      }
    },
    600_000,
  );
});

const isSettled = ({ status }: { status: string }): boolean => status === 'sent';
