// Opens connections of ioredis to what REDIS_URL names: one Redis, one behind Sentinels, or a Cluster.
import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, type RedisAddress } from './redis-address.js';

/** The variables that name the Redis, the authority of its certificate, and the prefix of our keys and channels. */
export type RedisEnv = { REDIS_URL: string; REDIS_CA_FILE?: string | undefined; REDIS_PREFIX?: string | undefined };
export type RedisConnection = Redis | Cluster;

/** How long a Cluster may take to fail over, as a number of attempts and the milliseconds between two of them: half a minute. */
const CLUSTER_TRIES = 150;
const CLUSTER_RETRY_MS = 200;
/**
 * How often the slots are looked up. A frozen node answers nothing and closes nothing, so only the other nodes tell that it has been
 * replaced.
 */
const CLUSTER_LOOK_MS = 5000;
/** How long a node may take to report the slots. The one second of ioredis is short on a busy machine. */
const CLUSTER_ANSWER_MS = 5000;

/**
 * Errors of a Redis that takes no writes, no longer or not yet: a failover has taken place, and the next connection leads to the new
 * primary.
 */
const IS_NOT_THE_PRIMARY = /(^|[\s-])(READONLY|LOADING|MASTERDOWN)\b|^UNBLOCKED/;
/** Result of `reconnectOnError`: reconnect and send the command again. */
const RECONNECT_AND_RESEND = 2;

/** The open connections, by the environment that they were opened with. */
const open = new WeakMap<RedisEnv, Set<RedisConnection>>();

/** Returns the connections that `connectRedis` opened for this environment (the same object) and that have not ended. */
export const connectionsOf = (env: RedisEnv): RedisConnection[] => [...(open.get(env) ?? [])];

/**
 * Reconnects the connections of this environment whose Redis is the wrong one by now. A connection that is already connecting must not be
 * disturbed, because ioredis would end it for good.
 */
export function reconnect(env: RedisEnv): void {
  for (const connection of connectionsOf(env)) if (connection.status === 'ready') connection.disconnect(true);
}

/** Opens a connection that reconnects by itself for ever. @throws RedisUrlError */
export function connectRedis(env: RedisEnv, options: RedisOptions = {}): RedisConnection {
  const address = parseRedisUrl(env.REDIS_URL);
  const connection = address.kind === 'cluster' ? connectCluster(address, env, options) : new Redis({ ...redisOptions(env), ...options });
  const connections = open.get(env) ?? new Set();
  open.set(env, connections.add(connection));
  connection.once('end', () => connections.delete(connection));
  return connection;
}

/**
 * Returns options of ioredis for one Redis or one behind Sentinels. With `REDIS_CA_FILE` its certificate must be issued by the authority in
 * that PEM file.
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
          // Without `failoverDetector`: a failover that it hears of while a connection is being made ends that connection for good. Without
          // `socketTimeout`: it destroys the next socket (ioredis 5.11). `RedisHealth` notices a frozen primary instead.
          ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOf(env) } : {}),
          sentinelRetryStrategy: retryAfter,
        };
  return {
    ...place,
    db: address.db,
    ...sharedOptions(address, env),
    // Commands of one turn of the event loop are sent in one write.
    enableAutoPipelining: true,
    // Bull's workers wait in this command, and a pipeline is answered only when its last command is.
    autoPipeliningIgnoredCommands: ['brpoplpush'],
    retryStrategy: retryAfter,
  };
}

// Without automatic pipelines, because those of a Cluster are sorted by the first argument of a command, which for EVAL is the script.
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
    // A certificate is issued to a name, so connect to the name.
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
