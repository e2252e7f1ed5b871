// A Redis that can fail over: a primary, a replica, and three Sentinels that watch them.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Redis } from 'ioredis';
import { findProgram, findFreePort, type ServerProcess, startRedisServer } from '@billing-mail/local-servers';
import { newScratchFolder } from '../processes/scratch-folder.js';
import { startServerProcess } from '../processes/server-process.js';
import { untilRedis } from './until-redis.js';

const NAME = 'billing';
const SENTINELS = 3;
/** How long a primary must be silent to count as down. A busy machine may stop all processes for a second. */
const DOWN_AFTER_MS = 3000;

export type TestSentinels = {
  /** `redis+sentinel://…`. */
  url: string;
  primary: ServerProcess;
  replica: ServerProcess;
  /** The servers' own addresses, without the Sentinels. */
  primaryUrl: string;
  replicaUrl: string;
  stop(): Promise<void>;
};

/** Starts a primary, a replica with all its data, and Sentinels (none if `sentinels` is 0). They end with this process at the latest. */
export async function startTestSentinels({ sentinels = SENTINELS } = {}): Promise<TestSentinels> {
  const folder = await newScratchFolder('sentinels');
  const subfolder = async (name: string): Promise<string> => {
    const path = join(folder, name);
    await mkdir(path, { recursive: true });
    return path;
  };
  const settings = ['repl-diskless-sync-delay 0'];
  const common = { port: 0, password: null };
  const primary = await startRedisServer({ ...common, dataFolder: await subfolder('primary'), settings });
  const replica = await startRedisServer({
    ...common,
    dataFolder: await subfolder('replica'),
    settings: [...settings, `replicaof 127.0.0.1 ${primary.port}`],
  });
  const urlOf = (port: number): string => `redis://127.0.0.1:${port}`;
  await untilRedis(urlOf(replica.port), async (redis) => (await redis.info('replication')).includes('master_link_status:up'));
  const watchers = await Promise.all(
    Array.from({ length: sentinels }, async (_, index) => startSentinel(await subfolder(`sentinel-${index}`), primary.port)),
  );
  for (const { port } of watchers) await untilRedis(urlOf(port), knowsAll);
  return {
    url: `redis+sentinel://${watchers.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}/0`,
    primary: primary.process,
    replica: replica.process,
    primaryUrl: urlOf(primary.port),
    replicaUrl: urlOf(replica.port),
    stop: async () => {
      await Promise.all([...watchers, replica, primary].map((server) => server.process.end('SIGKILL')));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function knowsAll(redis: Redis): Promise<boolean> {
  const [answer] = (await redis.call('SENTINEL', 'MASTERS')) as string[][];
  const field = (name: string): string | undefined => answer?.[answer.indexOf(name) + 1];
  return field('num-other-sentinels') === String(SENTINELS - 1) && field('num-slaves') === '1';
}

async function startSentinel(folder: string, primaryPort: number): Promise<{ port: number; process: ServerProcess }> {
  const port = await findFreePort();
  const file = join(folder, 'sentinel.conf');
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(folder)}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${primaryPort} 2`,
    `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${NAME} 10000`,
  ];
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 });
  const process = await startServerProcess({
    command: findProgram('redis-server') ?? 'redis-server',
    args: [file, '--sentinel'],
    ready: /Sentinel ID is/,
    readyWithinMs: 60_000,
    deathSignal: 'KILL',
  });
  return { port, process };
}
