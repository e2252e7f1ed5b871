// A Redis Cluster: three primaries, each with a replica.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort, type ServerProcess, startRedisServer } from '@billing-mail/local-servers';
import { newScratchFolder } from '../processes/scratch-folder.js';
import { untilRedis } from './until-redis.js';

const PRIMARIES = 3;
const SLOTS = 16_384;
/** How long a node must be silent to count as down. A busy machine may stop all processes for a second. */
const NODE_TIMEOUT_MS = 3000;

type Node = { port: number; busPort: number; url: string; process: ServerProcess };

export type TestCluster = {
  /** `redis+cluster://…`, with all nodes. */
  url: string;
  /** Resolves to the address and process of the primary that has the slot of this key. */
  primaryOf(key: string): Promise<{ url: string; process: ServerProcess }>;
  stop(): Promise<void>;
};

/** Starts the cluster and waits until each node knows all of it. It ends with this process at the latest. */
export async function startTestCluster(): Promise<TestCluster> {
  const folder = await newScratchFolder('cluster');
  const nodes = await Promise.all(Array.from({ length: 2 * PRIMARIES }, (_, index) => startNode(join(folder, String(index)))));
  const clients = nodes.map(({ url }) => new Redis(url));
  try {
    await formCluster(nodes, clients);
  } finally {
    for (const client of clients) client.disconnect();
  }
  for (const { url } of nodes) await untilRedis(url, isWhole);
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    primaryOf: async (key) => {
      const running = nodes.find(({ process }) => process.isRunning());
      const redis = new Redis(running?.url ?? '');
      const [slot, ranges] = [await redis.cluster('KEYSLOT', key), await redis.cluster('SLOTS')] as const;
      redis.disconnect();
      const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
      const node = nodes.find((candidate) => candidate.port === port);
      if (node === undefined) throw new Error(`no node has the slot of ${key}`);
      return node;
    },
    stop: async () => {
      await Promise.all(nodes.map(({ process }) => process.end('SIGKILL')));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startNode(dataFolder: string): Promise<Node> {
  await mkdir(dataFolder, { recursive: true });
  const busPort = await findFreePort();
  const settings = [
    'cluster-enabled yes',
    `cluster-port ${busPort}`,
    `cluster-node-timeout ${NODE_TIMEOUT_MS}`,
    'repl-diskless-sync-delay 0',
  ];
  const { port, process } = await startRedisServer({ dataFolder, port: 0, password: null, settings });
  return { port, busPort, url: `redis://127.0.0.1:${port}`, process };
}

/** Makes the first nodes primaries with a third of the slots each, and the others their replicas. */
async function formCluster(nodes: readonly Node[], clients: readonly Redis[]): Promise<void> {
  const primaries = clients.slice(0, PRIMARIES);
  const share = Math.ceil(SLOTS / PRIMARIES);
  await Promise.all(
    primaries.map((client, index) => client.call('CLUSTER', 'ADDSLOTSRANGE', index * share, Math.min((index + 1) * share, SLOTS) - 1)),
  );
  // Two nodes with the same configuration epoch resolve the conflict themselves, but that takes a while.
  await Promise.all(clients.map((client, index) => client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)));
  for (const { port, busPort } of nodes.slice(1)) await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  for (const { url } of nodes) await untilRedis(url, async (redis) => infoOf(await redis.cluster('INFO'), 'known_nodes') === nodes.length);
  const ids = await Promise.all(primaries.map((client) => client.cluster('MYID')));
  await Promise.all(clients.slice(PRIMARIES).map((client, index) => client.cluster('REPLICATE', ids[index] as string)));
}

async function isWhole(redis: Redis): Promise<boolean> {
  const ranges = (await redis.cluster('SLOTS')) as unknown[][];
  const isReplicated = ranges.length === PRIMARIES && ranges.every((range) => range.length === 4);
  return (
    isReplicated &&
    (await redis.cluster('INFO')).includes('cluster_state:ok') &&
    !(await redis.info('replication')).includes('link_status:down')
  );
}

const infoOf = (info: string, name: string): number => Number(new RegExp(`cluster_${name}:(\\d+)`).exec(info)?.[1]);
