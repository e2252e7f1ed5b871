import { readFileSync } from 'node:fs';
import { type RedisOptions as NestRedisOptions, Transport } from '@nestjs/microservices';
import { QUEUE_PREFIX } from '@billing-mail/contracts';
import { type QueueOptions } from 'bull';
import { type RedisOptions } from 'ioredis';

/**
 * Host, port, database, credentials and TLS of a `redis://` or `rediss://` URL. With `caFile` its certificate
 * must be by the authority in that PEM file.
 */
export function redisOptions(url: string, caFile?: string): RedisOptions {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    db: Number(pathname.slice(1) || 0),
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(protocol === 'rediss:' ? { tls: caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') } } : {}),
    // What is asked in one turn of the event loop goes out in one write.
    enableAutoPipelining: true,
    // Bull's workers wait by it, and a row of commands is answered when the last of them is.
    autoPipeliningIgnoredCommands: ['brpoplpush'],
    retryStrategy: (tries: number) => Math.min(100 * 2 ** Math.min(tries, 5), 2000),
  };
}

/**
 * Nest's Redis transport. All three retry settings are needed: without the first two a responder exits 0 when Redis dies; with a limit
 * per request a client with two requests in flight dies of an unhandled rejection after 20 s without Redis.
 */
export function redisTransport(url: string, caFile?: string): NestRedisOptions {
  const { retryStrategy: _ours, ...options } = redisOptions(url, caFile);
  return {
    transport: Transport.REDIS,
    options: { ...options, retryAttempts: Number.MAX_SAFE_INTEGER, retryDelay: 1000, maxRetriesPerRequest: null },
  };
}

/** Bull's settings, the same for every queue. Locks are short, so that a killed worker's job runs again within seconds. */
export function bullOptions(url: string, caFile?: string): QueueOptions {
  return {
    redis: { ...redisOptions(url, caFile), maxRetriesPerRequest: null, enableReadyCheck: false },
    prefix: QUEUE_PREFIX,
    settings: { lockDuration: 30_000, lockRenewTime: 10_000, stalledInterval: 5000, maxStalledCount: 10 },
  };
}
