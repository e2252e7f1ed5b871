import { queuePrefix } from '@billing-mail/contracts';
import { type QueueOptions } from 'bull';
import { connectRedis, redisOptions, type RedisEnv } from './connect-redis.js';
import { parseRedisUrl } from './redis-address.js';

/** Bull requires these, because its workers wait in a command that has no end. */
const CONNECTION = { maxRetriesPerRequest: null, enableReadyCheck: false } as const;

/**
 * Returns Bull's options, the same for every queue. Locks are short, so that a killed worker's job runs again within seconds. Bull itself
 * opens and closes its connections to a single Redis. Other connections, which may have to be made anew, are in `connectionsOf(env)`;
 * whoever closes the queue closes them.
 */
export function bullOptions(env: RedisEnv): QueueOptions {
  const isSingle = parseRedisUrl(env.REDIS_URL).kind === 'single';
  return {
    ...(isSingle ? { redis: { ...redisOptions(env), ...CONNECTION } } : { createClient: () => connectRedis(env, CONNECTION) }),
    prefix: queuePrefix(env.REDIS_PREFIX),
    settings: { lockDuration: 30_000, lockRenewTime: 10_000, stalledInterval: 5000, maxStalledCount: 10, retryProcessDelay: 1000 },
  };
}
