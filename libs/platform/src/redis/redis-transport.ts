// Both ends of Nest's Redis transport, on the connections and under the prefix that the environment says.
import { type ClientProxy, ClientRedis, type CustomStrategy, ServerRedis } from '@nestjs/microservices';
import { prefixed } from '@billing-mail/contracts';
import { type RedisOptions } from 'ioredis';
import { within } from '../waiting/within.js';
import { connectRedis, type RedisConnection, type RedisEnv } from './connect-redis.js';

/** How long a start waits for a Redis that is there. If Redis is away the start goes on, and messages are received once Redis is back. */
const LISTENING_WITHIN_MS = 3000;
/** After this time, such as while Redis is frozen, connections are closed without waiting for QUIT. */
const QUIT_MS = 500;

/** Returns the end that answers requests and listens to events, for `connectMicroservice`. */
export const transportServer = (env: RedisEnv): CustomStrategy => ({ strategy: new RedisTransportServer(env) });

/** Returns the end that sends requests and events. */
export const transportClient = (env: RedisEnv): ClientProxy => new RedisTransportClient(env) as unknown as ClientProxy;

class RedisTransportServer extends ServerRedis {
  constructor(private readonly env: RedisEnv) {
    super({});
  }

  override addHandler(...[pattern, ...rest]: Parameters<ServerRedis['addHandler']>): void {
    super.addHandler(prefixed(this.normalizePattern(pattern as string), this.env.REDIS_PREFIX), ...rest);
  }

  // Nest's own `start` gives up when the first connection fails.
  override start(callback?: () => void): void {
    const connected = Promise.all([this.subClient, this.pubClient].map((client: RedisConnection) => client.connect()));
    this.bindEvents(this.subClient, this.pubClient);
    void within(LISTENING_WITHIN_MS, connected).then(() => callback?.());
  }

  override createRedisClient(): Promise<RedisConnection> {
    return Promise.resolve(transportConnection(this.env));
  }

  override close(): Promise<void> {
    return leave([this.pubClient, this.subClient], super.close());
  }
}

class RedisTransportClient extends ClientRedis {
  constructor(private readonly env: RedisEnv) {
    super({});
  }

  protected override normalizePattern(pattern: string): string {
    return prefixed(super.normalizePattern(pattern), this.env.REDIS_PREFIX);
  }

  override createClient(): Promise<RedisConnection> {
    return Promise.resolve(transportConnection(this.env));
  }

  override close(): Promise<void> {
    return leave([this.pubClient, this.subClient], super.close());
  }
}

/**
 * Opens a connection of the transport. What is published while Redis is away waits for it, however long that takes. Every service
 * reconnects once a second.
 */
export function transportConnection(env: RedisEnv, options: RedisOptions = {}): RedisConnection {
  return unheard(connectRedis(env, { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 1000, ...options }));
}

/**
 * Handles the rejections of these calls, because Nest does not: one that rejects, such as while a Cluster is away for too long, would end
 * the process.
 */
function unheard(connection: RedisConnection): RedisConnection {
  const calls = connection as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  for (const name of ['publish', 'subscribe', 'unsubscribe']) {
    const call = calls[name]?.bind(connection);
    calls[name] = (...args) => {
      const answer = Promise.resolve(call?.(...args));
      answer.catch(() => undefined);
      return answer;
    };
  }
  return connection;
}

async function leave(connections: readonly (RedisConnection | null | undefined)[], quit: Promise<void>): Promise<void> {
  await within(QUIT_MS, quit);
  for (const connection of connections) connection?.disconnect();
}
