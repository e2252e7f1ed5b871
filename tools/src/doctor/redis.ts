// Checks Redis: whether it is the primary, keeps what it has acknowledged, and refuses writes rather than discard data.
import { connectRedis, parseRedisUrl, redisAnswer, type RedisConnection } from '@billing-mail/platform';
import { Cluster } from 'ioredis';
import { type Finding, fine, notSet, reasonOf, weak, wrong } from './finding.js';
import { type Site } from './site.js';

const ANSWER_MS = 15_000;
const ABOUT = 'Redis';

export async function lookAtRedis({ env }: Site): Promise<Finding[]> {
  if (env.REDIS_URL === undefined) return [notSet(ABOUT, 'REDIS_URL')];
  const place = parseRedisUrl(env.REDIS_URL)
    .nodes.map(({ host, port }) => `${host}:${port}`)
    .join(', ');
  let lastError: Error | null = null;
  const redis = connectRedis({ REDIS_URL: env.REDIS_URL, REDIS_CA_FILE: env.REDIS_CA_FILE });
  redis.on('error', (error: Error) => (lastError = error));
  try {
    const states = await redisAnswer(ANSWER_MS, statesOf(redis));
    return states.flatMap(({ info, appendFsync }) => findingsOfRedis(info, appendFsync, place));
  } catch (error) {
    const cure = 'see that it runs, is reached from here, and takes the user and password of REDIS_URL';
    return [wrong(ABOUT, `${place}: ${reasonOf(lastError ?? (error as Error).cause ?? error)}`, cure)];
  } finally {
    redis.disconnect();
  }
}

/** Returns the state of each primary: a Cluster has several, whose configurations may differ. */
async function statesOf(redis: RedisConnection): Promise<{ info: string; appendFsync: string | null }[]> {
  await redis.ping();
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
  return Promise.all(
    nodes.map(async (node) => {
      const info = await node.info();
      // The services' users may not ask for the configuration.
      const answer = await node.config('GET', 'appendfsync').catch(() => null);
      return { info, appendFsync: Array.isArray(answer) ? String(answer[1]) : null };
    }),
  );
}

/** @param appendFsync `null` if the user may not read it */
export function findingsOfRedis(info: string, appendFsync: string | null, place: string): Finding[] {
  const said = Object.fromEntries(info.split(/\r?\n/).map((line) => line.split(/:(.*)/s).slice(0, 2) as [string, string]));
  const {
    redis_version: version,
    role,
    maxmemory_policy: policy,
    aof_enabled,
    aof_last_write_status: lastWrite,
    maxmemory,
    used_memory,
  } = said;
  const seen = `${version} at ${place}, ${role === 'master' ? 'primary' : role}, ${said['connected_slaves'] ?? 0} replicas`;
  const used = Number(maxmemory) > 0 ? Number(used_memory) / Number(maxmemory) : null;
  const memory = `${policy}, ${used === null ? 'without a limit of memory' : `${Math.round(used * 100)} % of its memory in use`}`;
  return [
    role === 'master'
      ? fine(ABOUT, seen)
      : wrong(ABOUT, `${seen}: it takes no writes`, 'name the primary, or the Sentinels: redis+sentinel://host,host/name/0'),
    lookAtDisk(aof_enabled === '1', lastWrite ?? 'ok', appendFsync),
    policy !== 'noeviction'
      ? wrong(
          'Redis memory',
          `maxmemory-policy is ${policy}: it forgets jobs when it is full`,
          'CONFIG SET maxmemory-policy noeviction, and in redis.conf',
        )
      : used !== null && used > 0.8
        ? weak('Redis memory', memory, 'give it more memory, or see why jobs pile up: docs/runbook.md')
        : fine('Redis memory', memory),
  ];
}

function lookAtDisk(isAppendOnly: boolean, lastWrite: string, appendFsync: string | null): Finding {
  const about = 'Redis on disk';
  if (!isAppendOnly)
    return wrong(
      about,
      'without append-only file: a crash loses jobs',
      'CONFIG SET appendonly yes, and "appendonly yes" with "appendfsync always" in redis.conf',
    );
  if (lastWrite !== 'ok') return wrong(about, `its last write failed (${lastWrite})`, 'see whether its disk is full');
  if (appendFsync === null) return fine(about, 'append-only file; how often it is synced may not be asked');
  return appendFsync === 'always'
    ? fine(about, 'append-only file, synced always')
    : weak(about, `append-only file, synced ${appendFsync}: a crash may lose the last second`, 'appendfsync always');
}
