import { answerWithin } from '../waiting/within.js';

/** Redis refused or did not answer; `cause` says which. */
class RedisAwayError extends Error {
  override readonly name = 'RedisAwayError';
}

/**
 * Returns the result of a Redis call that answers within `ms`. By themselves such calls wait for ever while Redis is frozen.
 * @throws RedisAwayError
 */
export async function redisAnswer<T>(ms: number, call: Promise<T>): Promise<T> {
  try {
    return await answerWithin(ms, call);
  } catch (cause) {
    throw new RedisAwayError('Redis (REDIS_URL) can not be reached or does not answer.', { cause });
  }
}
