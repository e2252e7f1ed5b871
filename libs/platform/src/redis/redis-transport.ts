// Both ends of Nest's Redis transport, on the connections and under the prefix that the environment says.
import { type ClientProxy, ClientRedis, type CustomStrategy, ServerRedis } from '@nestjs/microservices';
import { prefixed } from '@billing-mail/contracts';
import { type RedisOptions } from 'ioredis';
import { within } from '../waiting/within.js';
import { connectRedis, type RedisConnection, type RedisEnv } from './connect-redis.js';

/** A start waits so long for a Redis that is there; where it is away, it goes on, and what there is to hear is heard once Redis is back. */
const LISTENING_WITHIN_MS = 3000;
/** Past this, such as while Redis is frozen, connections are left without a word. */
const QUIT_MS = 500;

/** The end that answers and listens, for `connectMicroservice`. */
export const transportServer = (env: RedisEnv): CustomStrategy => ({ strategy: new RedisTransportServer(env) });

/** The end that asks and tells. */
export const transportClient = (env: RedisEnv): ClientProxy => new RedisTransportClient(env) as unknown as ClientProxy;

class RedisTransportServer extends ServerRedis {
  constructor(private readonly env: RedisEnv) {
    super({});
  }

  override addHandler(...[pattern, ...rest]: Parameters<ServerRedis['addHandler']>): void {
    super.addHandler(prefixed(this.normalizePattern(pattern as string), this.env.REDIS_PREFIX), ...rest);
  }

  // Nest's own gives up when the first connection fails.
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

/** What is published while Redis is away waits for it, however long that is. All services try again once a second. */
export function transportConnection(env: RedisEnv, options: RedisOptions = {}): RedisConnection {
  return unheard(connectRedis(env, { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => 1000, ...options }));
}

/** Nest does not look at what becomes of these: one that fails, as where a Cluster is away for too long, would end the process. */
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
