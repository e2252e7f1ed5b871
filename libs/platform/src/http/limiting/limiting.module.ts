import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { type RedisConnection, type RedisEnv } from '../../redis/connect-redis.js';
import { REDIS } from '../../redis/redis.module.js';
import { RateLimiter } from './rate-limiter.js';
import { type RateLimitChanges, withChanges } from './rate-limits.js';
import { SharedSlots } from './shared-slots.js';

type LimitingEnv = RedisEnv & { RATE_LIMITS?: RateLimitChanges | undefined };

/** Provides `RateLimiter` and `SharedSlots`, on the connection of `RedisModule` that keeps nobody waiting. */
@Module({})
export class LimitingModule {
  static with({ RATE_LIMITS, REDIS_PREFIX }: LimitingEnv, logger: Logger): DynamicModule {
    return {
      module: LimitingModule,
      global: true,
      providers: [
        {
          provide: RateLimiter,
          useFactory: (redis: RedisConnection) => new RateLimiter(redis, withChanges(RATE_LIMITS ?? {}), logger, REDIS_PREFIX),
          inject: [REDIS],
        },
        { provide: SharedSlots, useFactory: (redis: RedisConnection) => new SharedSlots(redis, REDIS_PREFIX), inject: [REDIS] },
      ],
      exports: [RateLimiter, SharedSlots],
    };
  }
}
