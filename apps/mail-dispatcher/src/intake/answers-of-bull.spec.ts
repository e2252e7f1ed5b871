import { randomUUID } from 'node:crypto';
import { startTestRedis, type TestRedis } from '@billing-mail/testkit';
import Bull, { type Queue } from 'bull';
import { compareAnswersAtOnce } from './answers-of-bull.js';

describe('the end of a job, with which the next one comes', () => {
  let redis: TestRedis;
  let queue: Queue<{ document: string }>;
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    // With automatic pipelining, as in the dispatcher.
    queue = new Bull(`answers-${randomUUID()}`, redis.url, { redis: { enableAutoPipelining: true } });
    compareAnswersAtOnce(queue);
  });
  afterEach(() => queue.close());

  it('makes no string of all that the next one holds', async () => {
    const document = 'x'.repeat(5_000_000);
    await queue.addBulk([{ data: { document: 'first' } }, { data: { document } }]);
    const first = await queue.getNextJob();
    const made = jest.spyOn(Array.prototype, 'join');
    const next = await first?.moveToCompleted('done', true);
    const lengths = made.mock.results.map(({ value }) => String(value).length);
    expect(Math.max(0, ...lengths)).toBeLessThan(100_000);
    expect(JSON.parse(String((next as unknown as [{ data: string }])[0].data))).toEqual({ document });
  });

  it('still fails where it is not ours to end', async () => {
    await queue.add({ document: 'first' });
    const job = await queue.getNextJob();
    await job?.moveToCompleted('done', false);
    await expect(job?.moveToCompleted('done', false)).rejects.toThrow(/lock|not in the active state/i);
  });
});
