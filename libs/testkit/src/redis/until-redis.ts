import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const WITHIN_MS = 300_000;

/**
 * Asks the server at `url` until `isSo` resolves to true.
 * @throws Error after five minutes
 */
export async function untilRedis(url: string, isSo: (redis: Redis) => Promise<boolean>): Promise<void> {
  const redis = new Redis(url);
  try {
    for (const end = Date.now() + WITHIN_MS; !(await isSo(redis)); await sleep(50)) {
      if (Date.now() > end) throw new Error(`Redis at ${url} did not reach the expected state within five minutes`);
    }
  } finally {
    redis.disconnect();
  }
}
