import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger } from 'pino';
import { within } from '../waiting/within.js';
import { connectionsOf, connectRedis, type RedisConnection, type RedisEnv } from './connect-redis.js';
import { RedisHealth } from './redis-health.js';

/** Injection token of a connection to Redis that lets nobody wait: it answers within half a second, or fails. */
export const REDIS = Symbol('REDIS');
const ENV = Symbol('REDIS_ENV');

const ANSWER_MS = 500;
const CONNECT_MS = 2000;

/** The connection `REDIS`, `RedisHealth`, and the end of all connections that were opened for this environment. */
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

  // The first requests are counted with those of other instances, too.
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
  // That Redis is away is told by those who need it.
  redis.on('error', () => undefined);
  return redis;
}
