import { Redis } from 'ioredis';
import { eventually } from '../processes/eventually.js';

/** Asks the server at `url` until `isSo` resolves to true. */
export async function untilRedis(url: string, isSo: (redis: Redis) => Promise<boolean>): Promise<void> {
  const redis = new Redis(url);
  try {
    await eventually(() => isSo(redis));
  } finally {
    redis.disconnect();
  }
}
