// The Redis with the queue, or PostgreSQL, is killed while deliveries are under way: nothing is lost, nothing is sent twice, and
// everything continues without help.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queuePrefix, type DispatchJobInput, type Replication } from '@billing-mail/contracts';
import { startTestCluster, startTestDatabasePair, startTestSentinels, Wire } from '@billing-mail/testkit';
import { AWAITED } from '../groups.js';
import { pause, Play, seconds } from '../scenario.js';
import { invoice, Stage, type StageOptions } from '@billing-mail/tools/stage';
import { longestPauseMs, PAUSE_AT_MOST_MS } from './longest-pause.js';

const DELIVERIES = 500;
const AT_ONCE = 10;
/** Ends only what hangs: a minute on a quiet machine. */
const LONG = 1_200_000;
/** Invoicing publishes a document again if it has not seen its delivery within this time. */
const SEEN_WITHIN_MS = 5000;

/** Servers with failover: the primary is killed, and another one takes over. */
type FailingServers = Pick<StageOptions, 'redisUrl' | 'databaseUrl'> & { killPrimary: () => Promise<void>; stop: () => Promise<void> };

async function sentinels(): Promise<FailingServers> {
  const redis = await startTestSentinels();
  return { redisUrl: redis.url, killPrimary: () => redis.primary.end('SIGKILL'), stop: () => redis.stop() };
}

async function cluster(): Promise<FailingServers> {
  const redis = await startTestCluster();
  const killPrimary = async () => (await redis.primaryOf(`${queuePrefix()}:dispatch:wait`)).process.end('SIGKILL');
  return { redisUrl: redis.url, killPrimary, stop: () => redis.stop() };
}

async function postgres(): Promise<FailingServers> {
  const pair = await startTestDatabasePair();
  const address = await Wire.to(pair.primaryUrl);
  return {
    databaseUrl: address.databaseUrl,
    killPrimary: async () => {
      await pair.killPrimary();
      await pair.promote();
      address.leadTo(pair.standbyUrl);
    },
    stop: async () => {
      address.close();
      await pair.stop();
    },
  };
}

/**
 * Publishes as docs/integrating.md tells invoicing to: again with the same key until the job is acknowledged and the delivery is seen.
 * Resolves with the number of jobs that were published again.
 */
async function publishUntilSeen(
  play: Play,
  jobs: readonly DispatchJobInput[],
  replication: () => Replication | undefined,
): Promise<number> {
  let again = 0;
  let unseen = [...jobs];
  while (unseen.length > 0) {
    for (let from = 0; from < unseen.length; from += AT_ONCE) {
      // A job that Redis or its replica did not acknowledge is published again in the next round, together with those that were lost.
      await Promise.allSettled(unseen.slice(from, from + AT_ONCE).map((job) => play.stage.invoicing.publish(job, replication())));
    }
    await pause(SEEN_WITHIN_MS);
    await play.awaits('the deliveries are looked at', async () => {
      const rows = await play.stage.database.rows<{ key: string }>('SELECT key FROM dispatch.deliveries');
      const seen = new Set(rows.map(({ key }) => key));
      const acknowledged = new Set(play.stage.invoicing.promised.map(({ key }) => key));
      unseen = unseen.filter(({ key }) => !seen.has(key) || !acknowledged.has(key));
      return true;
    });
    again += unseen.length;
  }
  return again;
}

describe('while a primary is killed', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'failover-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each<[string, () => Promise<FailingServers>, Replication | undefined]>([
    ['Redis, three Sentinels and a replica', sentinels, undefined],
    ['a Redis Cluster of three primaries and three replicas', cluster, { replicas: 1, withinMs: 5000 }],
    ['PostgreSQL and a synchronous standby', postgres, undefined],
  ])(
    `loses and doubles none of ${DELIVERIES} deliveries, with %s`,
    async (name, start, replication) => {
      const { killPrimary, stop, ...servers } = await start();
      const stage = await Stage.set(join(folder, start.name), {
        ...servers,
        customServers: 1,
        notifiers: 1,
        // Long time-outs and a long lease, so that on a busy machine slowness alone costs nobody a claim or a server.
        env: { ...AWAITED, CLAIM_LEASE: '30s' },
      });
      try {
        const play = new Play(stage, 'retry', 'failover');
        const teamId = await play.team();
        const jobs = Array.from({ length: DELIVERIES }, () => invoice(teamId));
        let isReplicated = true;
        const published = publishUntilSeen(play, jobs.slice(0, DELIVERIES / 2), () => (isReplicated ? replication : undefined));
        await play.awaits('a tenth is settled', async () => (await play.deliveries()).filter(isSettled).length >= DELIVERIES / 10);
        await killPrimary();
        // The new primary has no replica to wait for.
        isReplicated = false;
        const again = (await publishUntilSeen(play, jobs.slice(DELIVERIES / 2), () => undefined)) + (await published);
        await play.untilSettled();
        await play.conclude();
        const pauseMs = await longestPauseMs(stage);
        console.log(`${name}: longest pause ${seconds(pauseMs)}, ${again} published again`);
        expect(play.misses).toEqual([]);
        expect(stage.invoicing.promised).toHaveLength(DELIVERIES);
        expect(play.totals).toMatchObject({ accepted: 2 * DELIVERIES, failed: 0, uncertain: 0, doubtfulCopies: 0 });
        expect(pauseMs).toBeLessThanOrEqual(PAUSE_AT_MOST_MS);
      } finally {
        await stage.strike();
        await stop();
      }
    },
    LONG,
  );
});

const isSettled = ({ status }: { status: string }): boolean => status === 'sent';
