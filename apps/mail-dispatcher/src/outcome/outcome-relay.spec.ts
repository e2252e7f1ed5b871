// Outcomes reach their listener although Redis forgets, dies or freezes.
import { OUTCOMES_QUEUE, QUEUE_PREFIX } from '@billing-mail/contracts';
import Bull, { type Queue } from 'bull';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

describe('the relay of outcomes', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  }, 60_000);
  afterAll(() => harness.stop(), 60_000);
  beforeEach(() => harness.reset());

  const open = async () => (await harness.sql.rows('SELECT 1 FROM dispatch.outbox WHERE acknowledged_at IS NULL')).length;
  const sendOne = async () => {
    await harness.saveSettings(teamSettings('acme'));
    const job = invoice();
    await harness.publish(job);
    await harness.until('acme', job.key);
    return job.key;
  };

  it('tells each outcome once and takes the done job for the acknowledgement', async () => {
    const key = await sendOne();
    await harness.outcomeOf(key);
    await harness.eventually(open, (count) => count === 0);
    expect(harness.outcomes).toHaveLength(1);
  });

  it('tells again what Redis has forgotten', async () => {
    const listener: Queue = new Bull(OUTCOMES_QUEUE, harness.redis.url, { prefix: QUEUE_PREFIX });
    await listener.pause();
    try {
      const key = await sendOne();
      await harness.eventually(
        () => listener.getJobCounts(),
        (counts) => Object.values(counts).some((count) => count > 0),
      );
      await harness.redis.flush();
      expect(harness.outcomes).toEqual([]);
      await harness.outcomeOf(key);
      await harness.eventually(open, (count) => count === 0);
    } finally {
      await listener.close(true);
    }
  }, 30_000);

  it('goes on after Redis was frozen and restarted', async () => {
    harness.redis.freeze();
    await sleep(3500);
    harness.redis.thaw();
    await harness.redis.halt('SIGKILL');
    await harness.redis.start();
    const key = await sendOne();
    await harness.outcomeOf(key);
    await harness.eventually(open, (count) => count === 0);
  }, 40_000);
});
