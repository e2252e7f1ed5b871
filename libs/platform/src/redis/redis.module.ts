import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger } from 'pino';
import { within } from '../waiting/within.js';
import { connectionsOf, connectRedis, type RedisConnection, type RedisEnv } from './connect-redis.js';
import { RedisHealth } from './redis-health.js';

/** Injection token of a connection to Redis that keeps nobody waiting: it answers within half a second, or fails. */
export const REDIS = Symbol('REDIS');
const ENV = Symbol('REDIS_ENV');

const ANSWER_MS = 500;
const CONNECT_MS = 2000;

/** Provides the connection `REDIS` and `RedisHealth`. At shutdown, ends all connections that were opened for this environment. */
@Module({})
export class RedisModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(REDIS) private readonly redis: RedisConnection,
    @Inject(ENV) private readonly env: RedisEnv,
    private readonly health: RedisHealth,
  ) {}

  static with(env: RedisEnv, logger: Logger): DynamicModule {
    return {
      module: RedisModule,
      global: true,
      providers: [
        { provide: ENV, useValue: env },
        { provide: REDIS, useFactory: () => connect(env) },
        { provide: RedisHealth, useFactory: (redis: RedisConnection) => new RedisHealth(redis, env, logger), inject: [REDIS] },
      ],
      exports: [REDIS, RedisHealth],
    };
  }

  // Waits for Redis, so that already the first requests are counted together with those of other instances.
  async onApplicationBootstrap(): Promise<void> {
    if (this.redis.status !== 'ready') await within(CONNECT_MS, new Promise((resolve) => this.redis.once('ready', resolve)));
    this.health.watch();
  }

  onApplicationShutdown(): void {
    this.health.stop();
    for (const connection of connectionsOf(this.env)) connection.disconnect();
  }
}

function connect(env: RedisEnv): RedisConnection {
  const redis = connectRedis(env, {
    enableOfflineQueue: false,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS,
  });
  // Those who need Redis report that it is away.
  redis.on('error', () => undefined);
  return redis;
}
