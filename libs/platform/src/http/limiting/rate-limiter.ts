// Counts requests in Redis, so that all instances of a service count together; while Redis is away each counts for itself.
import { createHash } from 'node:crypto';
import { type Logger } from 'pino';
import { Counter } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { queuePrefix } from '@billing-mail/contracts';
import { type RedisConnection } from '../../redis/connect-redis.js';
import { ProblemException } from '../problem.js';
import { type RateLimitName, type RateLimitTable, type RequestLimit } from './rate-limits.js';

/** Returns the prefix of all keys of limits in Redis. */
export const limitsPrefix = (redisPrefix?: string): string => `${queuePrefix(redisPrefix)}:limits`;

// The first wait is about as long as it takes to type a password again; the last one leaves a hundred attempts a day.
const FIRST_WAIT_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 900;

const refused = new Counter({
  name: 'billing_mail_rate_limited_total',
  help: 'Requests refused with 429 because there were too many, by limit',
  labelNames: ['limit'],
});

/** Counts a refusal. */
export const noteRefusal = (limit: string): void => refused.inc({ limit });

export class RateLimiter {
  private readonly counters: Record<RateLimitName, RateLimiterRedis>;
  private readonly waits: RateLimiterRedis;

  constructor(
    redis: RedisConnection,
    private readonly limits: RateLimitTable,
    private readonly logger: Pick<Logger, 'warn'>,
    redisPrefix?: string,
  ) {
    const counter = (name: string, limit: { requests: number; seconds: number }) => {
      const options = { keyPrefix: `${limitsPrefix(redisPrefix)}:${name}`, points: limit.requests, duration: limit.seconds };
      const insuranceLimiter = new RateLimiterMemory(options);
      return new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true, insuranceLimiter });
    };
    this.counters = Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, counter(name, limit)])) as typeof this.counters;
    this.waits = counter('waits', { requests: 1, seconds: LONGEST_WAIT_SECONDS });
  }

  limit(name: RateLimitName): RequestLimit {
    return this.limits[name];
  }

  /** Counts one request of `owner`. Returns the headers that say what is left. @throws ProblemException 429 when there were too many. */
  async count(name: RateLimitName, owner: string): Promise<Record<string, string>> {
    try {
      return this.headers(name, await this.counters[name].consume(keyOf(owner)));
    } catch (state) {
      if (!(state instanceof RateLimiterRes)) throw state;
      // Only the first refusal of a window is logged, so that a caller that goes on asking does not fill the log.
      if (state.consumedPoints === this.limits[name].requests + 1)
        this.logger.warn({ step: 'rate-limit', limit: name }, 'too many requests');
      throw this.tooMany(name, state);
    }
  }

  /**
   * Counts one request like `count`, but returns the problem instead of throwing it, or `null`. For callers that go on without what was
   * refused.
   */
  async refusal(name: RateLimitName, owner: string): Promise<ProblemException | null> {
    try {
      await this.count(name, owner);
      return null;
    } catch (error) {
      if (error instanceof ProblemException) return error;
      throw error;
    }
  }

  /** Checks that `owner` may go on. @throws ProblemException 429 while `owner` has to wait after failures. */
  async checkWait(name: RateLimitName, owner: string): Promise<void> {
    const state = await this.waits.get(keyOf(`${name} ${owner}`));
    if (state !== null && state.consumedPoints > 0 && state.msBeforeNext > 0) throw this.tooMany(name, state);
  }

  /** Counts a failure. Beyond the limit `owner` has to wait, twice as long after each further failure. */
  async noteFailure(name: RateLimitName, owner: string): Promise<void> {
    const { consumedPoints } = await this.counters[name].penalty(keyOf(owner));
    const beyond = consumedPoints - this.limits[name].requests;
    if (beyond <= 0) return;
    await this.waits.block(keyOf(`${name} ${owner}`), Math.min(FIRST_WAIT_SECONDS * 2 ** Math.min(beyond - 1, 30), LONGEST_WAIT_SECONDS));
  }

  /** Sets the count of failures back to zero after a success. */
  async forgive(name: RateLimitName, owner: string): Promise<void> {
    await this.counters[name].delete(keyOf(owner));
  }

  private tooMany(name: RateLimitName, state: RateLimiterRes): ProblemException {
    noteRefusal(name);
    const seconds = secondsOf(state);
    const headers = { ...this.headers(name, state), 'Retry-After': String(seconds) };
    return new ProblemException(429, 'too-many-requests', `There were too many requests. Try again in ${seconds} s.`, undefined, headers);
  }

  // draft-ietf-httpapi-ratelimit-headers-11
  private headers(name: RateLimitName, state: RateLimiterRes): Record<string, string> {
    const { requests, seconds } = this.limits[name];
    return {
      'RateLimit-Policy': `"${name}";q=${requests};w=${seconds}`,
      RateLimit: `"${name}";r=${state.remainingPoints};t=${secondsOf(state)}`,
    };
  }
}

const secondsOf = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1000));

// Hashed, because an owner may have any length and form, and an address must not be readable in Redis.
export const keyOf = (owner: string): string => createHash('sha256').update(owner).digest('base64url');
