import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { type Logger } from 'pino';
import { redisOptions } from '../../redis/redis-options.js';
import { within } from '../../shutdown/within.js';
import { RateLimiter } from './rate-limiter.js';
import { type RateLimitChanges, withChanges } from './rate-limits.js';
import { SharedSlots } from './shared-slots.js';

const CONNECTION = Symbol('LIMITS_REDIS');
// Nobody waits longer for being counted; then the process counts for itself.
const ANSWER_MS = 500;
const CONNECT_MS = 2000;

type LimitingEnv = { REDIS_URL: string; REDIS_CA_FILE?: string | undefined; RATE_LIMITS?: RateLimitChanges | undefined };

/** What bounds requests: `RateLimiter`, `SharedSlots`, and a connection to Redis that never lets anybody wait. */
@Module({})
export class LimitingModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(CONNECTION) private readonly redis: Redis) {}

  static with(env: LimitingEnv, logger: Logger): DynamicModule {
    return {
      module: LimitingModule,
      global: true,
      providers: [
        { provide: CONNECTION, useFactory: () => connect(env.REDIS_URL, env.REDIS_CA_FILE) },
        {
          provide: RateLimiter,
          useFactory: (redis: Redis) => new RateLimiter(redis, withChanges(env.RATE_LIMITS ?? {}), logger),
          inject: [CONNECTION],
        },
        { provide: SharedSlots, useFactory: (redis: Redis) => new SharedSlots(redis), inject: [CONNECTION] },
      ],
      exports: [RateLimiter, SharedSlots],
    };
  }

  // The first requests are counted with those of other instances, too.
  async onApplicationBootstrap(): Promise<void> {
    if (this.redis.status !== 'ready') await within(CONNECT_MS, once(this.redis, 'ready'));
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}

function connect(url: string, caFile: string | undefined): Redis {
  const redis = new Redis({
    ...redisOptions(url, caFile),
    enableOfflineQueue: false,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS,
  });
  // That Redis is away is told by those who need it.
  redis.on('error', () => undefined);
  return redis;
}
