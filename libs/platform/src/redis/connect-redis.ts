// REDIS_URL turned into connections of ioredis, whatever it names: one Redis, one behind Sentinels, or a Cluster.
import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, type RedisAddress } from './redis-address.js';

/** The variables that say which Redis, and what everything of ours there is called. */
export type RedisEnv = { REDIS_URL: string; REDIS_CA_FILE?: string | undefined; REDIS_PREFIX?: string | undefined };
export type RedisConnection = Redis | Cluster;

/** How long a Cluster may take to fail over, in tries and what lies between two of them: half a minute. */
const CLUSTER_TRIES = 150;
const CLUSTER_RETRY_MS = 200;
/** A node that was frozen answers nothing and closes nothing: only the others tell that it has been replaced. */
const CLUSTER_LOOK_MS = 5000;
/** For what a node says of the slots; ioredis's one second is short on a busy machine. */
const CLUSTER_ANSWER_MS = 5000;

/** Answers of a Redis that takes no writes (any more, or yet): a failover has taken place, and the next connection leads to its successor. */
const IS_NOT_THE_PRIMARY = /(^|[\s-])(READONLY|LOADING|MASTERDOWN)\b|^UNBLOCKED/;
/** Of `reconnectOnError`: connect anew and ask again. */
const RECONNECT_AND_RESEND = 2;

/** What is open, by the environment that it was opened with. */
const open = new WeakMap<RedisEnv, Set<RedisConnection>>();

/** What `connectRedis` opened for this environment (the same object) and is not at its end. */
export const connectionsOf = (env: RedisEnv): RedisConnection[] => [...(open.get(env) ?? [])];

/** Makes anew what is connected to a Redis that is the wrong one by now. What is connecting already must not be disturbed: ioredis would end it for good. */
export function reconnect(env: RedisEnv): void {
  for (const connection of connectionsOf(env)) if (connection.status === 'ready') connection.disconnect(true);
}

/** Opens a connection, which connects by itself again for ever. @throws RedisUrlError */
export function connectRedis(env: RedisEnv, options: RedisOptions = {}): RedisConnection {
  const address = parseRedisUrl(env.REDIS_URL);
  const connection = address.kind === 'cluster' ? connectCluster(address, env, options) : new Redis({ ...redisOptions(env), ...options });
  const connections = open.get(env) ?? new Set();
  open.set(env, connections.add(connection));
  connection.once('end', () => connections.delete(connection));
  return connection;
}

/**
 * Options of ioredis for one Redis or one behind Sentinels; with `REDIS_CA_FILE` its certificate must be by the authority in that PEM file.
 * @throws RedisUrlError
 */
export function redisOptions(env: RedisEnv): RedisOptions {
  const address = parseRedisUrl(env.REDIS_URL);
  if (address.kind === 'cluster') throw new Error('A Cluster is reached by connectRedis.');
  const [node] = address.nodes;
  const place =
    address.kind === 'single'
      ? { host: node?.host ?? '', port: node?.port ?? 0 }
      : {
          sentinels: address.nodes,
          name: address.name,
          ...(address.sentinelLogin.username ? { sentinelUsername: address.sentinelLogin.username } : {}),
          ...(address.sentinelLogin.password ? { sentinelPassword: address.sentinelLogin.password } : {}),
          // Without `failoverDetector`, as what that hears while a connection is being made ends it for good, and without `socketTimeout`, which
          // destroys the next socket (ioredis 5.11): `RedisHealth` notices a primary that is frozen.
          ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOf(env) } : {}),
          sentinelRetryStrategy: retryAfter,
        };
  return {
    ...place,
    db: address.db,
    ...sharedOptions(address, env),
    // What is asked in one turn of the event loop goes out in one write.
    enableAutoPipelining: true,
    // Bull's workers wait by it, and a row of commands is answered when the last of them is.
    autoPipeliningIgnoredCommands: ['brpoplpush'],
    retryStrategy: retryAfter,
  };
}

// Without automatic pipelines: those of a Cluster are sorted by the first argument of a command, which of EVAL is the script.
function connectCluster(address: RedisAddress, env: RedisEnv, options: RedisOptions): Cluster {
  const { lazyConnect = false, enableOfflineQueue = true, ...ofNodes } = options;
  return new Cluster(address.nodes, {
    lazyConnect,
    enableOfflineQueue,
    clusterRetryStrategy: retryAfter,
    maxRedirections: CLUSTER_TRIES,
    retryDelayOnFailover: CLUSTER_RETRY_MS,
    retryDelayOnClusterDown: CLUSTER_RETRY_MS,
    slotsRefreshInterval: CLUSTER_LOOK_MS,
    slotsRefreshTimeout: CLUSTER_ANSWER_MS,
    // A certificate is made out to a name, so the name is what is connected to.
    ...(address.tls ? { dnsLookup: (name: string, found: (error: null, address: string) => void) => found(null, name) } : {}),
    redisOptions: { ...sharedOptions(address, env), ...ofNodes },
  });
}

const sharedOptions = ({ tls, login }: RedisAddress, env: RedisEnv): RedisOptions => ({
  ...login,
  ...(tls ? { tls: tlsOf(env) } : {}),
  reconnectOnError: ({ message }) => (IS_NOT_THE_PRIMARY.test(message) ? RECONNECT_AND_RESEND : false),
});

const tlsOf = ({ REDIS_CA_FILE }: RedisEnv) => (REDIS_CA_FILE === undefined ? {} : { ca: readFileSync(REDIS_CA_FILE, 'utf8') });

const retryAfter = (tries: number): number => Math.min(100 * 2 ** Math.min(tries, 5), 2000);
