import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from './test-redis.js';

describe('startTestRedis', () => {
  let redis: TestRedis;
  let client: Redis;

  beforeEach(async () => {
    redis = await startTestRedis();
    client = new Redis(redis.url, { retryStrategy: () => 20 });
    client.on('error', () => undefined); // the server is stopped on purpose
  });

  afterEach(async () => {
    client.disconnect();
    await redis.stop();
  });

  it('keeps every key when memory is full, as Bull demands', async () => {
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('keeps data and address across %s', async (signal) => {
    await client.set('kept', '42');
    await redis.halt(signal);
    await redis.start();
    expect(await client.get('kept')).toBe('42');
  });

  it('forgets everything when flushed', async () => {
    await client.set('gone', '1');
    await redis.flush();
    expect(await client.get('gone')).toBeNull();
  });

  it('answers nothing while frozen and all of it when thawed', async () => {
    await client.set('frozen', '1');
    redis.freeze();
    const answer = client.get('frozen');
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(() => resolve('silence'), 300))]);
    redis.thaw();
    expect(first).toBe('silence');
    expect(await answer).toBe('1');
  });

  it('starts empty after stop', async () => {
    await client.set('removed', '1');
    await redis.stop();
    await redis.start();
    expect(await client.get('removed')).toBeNull();
  });
});
