// Limits how much is under way at a time over all instances of a service. Each slot is a lease in Redis that its process renews.
import { randomUUID } from 'node:crypto';
import { type RedisConnection } from '../../redis/connect-redis.js';
import { ProblemException } from '../problem.js';
import { keyOf, limitsPrefix, noteRefusal } from './rate-limiter.js';
import { SLOT_LIMITS, type SlotName } from './rate-limits.js';

// The slots of a process that died are free again after this time.
const LEASE_MS = 60_000;
const RETRY_AFTER_SECONDS = 5;

// Uses the clock of Redis, because the clocks of the instances differ.
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

export class SharedSlots {
  /** How many slots this process holds, by key. Nothing else is known while Redis is away. */
  private readonly held = new Map<string, number>();

  constructor(
    private readonly redis: RedisConnection,
    private readonly redisPrefix?: string,
  ) {}

  /** Takes a slot of `owner`. Returns a function that gives it back. @throws ProblemException 429 with `detail` if none is free. */
  async take(name: SlotName, owner: string, detail: string): Promise<() => void> {
    const key = `${limitsPrefix(this.redisPrefix)}:${name}:${keyOf(owner)}`;
    const id = randomUUID();
    if ((this.held.get(key) ?? 0) >= SLOT_LIMITS[name]) throw noneLeft(name, detail);
    // Counted before Redis is asked, so that of two calls at once each counts the other.
    this.hold(key, 1);
    if (!(await this.lease(name, key, id))) {
      this.hold(key, -1);
      throw noneLeft(name, detail);
    }
    const renewing = setInterval(() => void this.lease(name, key, id), LEASE_MS / 3).unref();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      clearInterval(renewing);
      this.hold(key, -1);
      // Without Redis the lease ends by itself.
      this.redis.zrem(key, id).catch(() => undefined);
    };
  }

  private async lease(name: SlotName, key: string, id: string): Promise<boolean> {
    try {
      return (await this.redis.eval(TAKE, 1, key, id, SLOT_LIMITS[name], LEASE_MS)) === 1;
    } catch {
      // Redis is away. The slots that this process holds were counted above.
      return true;
    }
  }

  private hold(key: string, more: number): void {
    const left = (this.held.get(key) ?? 0) + more;
    if (left === 0) this.held.delete(key);
    else this.held.set(key, left);
  }
}

function noneLeft(name: SlotName, detail: string): ProblemException {
  noteRefusal(name);
  return new ProblemException(429, name, detail, undefined, {
    'RateLimit-Policy': `"${name}";q=${SLOT_LIMITS[name]};qu="concurrent-requests"`,
    RateLimit: `"${name}";r=0`,
    'Retry-After': String(RETRY_AFTER_SECONDS),
  });
}
