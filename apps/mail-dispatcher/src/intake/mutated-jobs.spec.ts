// Ten thousand jobs with all kinds of mistakes: each is refused with a pointer or taken, and none causes an error.
import { DISPATCH_JOB, dispatchJobSchema, toFieldErrors } from '@billing-mail/contracts';
import { eventually, mutate, randomBy } from '@billing-mail/testkit';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const PARSED = 10_000;
const TAKEN_IN = 300;
// To use another seed: FUZZ_SEED=123 npm test mutated-jobs
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261126);

const valid = () => ({
  ...invoice(),
  ...{ cc: [{ address: 'c@customer.example', name: 'Ünïcode' }], html: '<p>Hello</p>', sendAt: '2026-01-01T07:00:00Z' },
});
const jobs = (count: number): unknown[] => {
  const random = randomBy(SEED);
  return Array.from({ length: count }, () => mutate(valid(), random));
};

describe(`mutated jobs (seed ${SEED})`, () => {
  it('are each read, or refused with at least one pointer and at most a hundred and one', () => {
    const schema = dispatchJobSchema();
    let read = 0;
    for (const job of jobs(PARSED)) {
      const parsed = schema.safeParse(job);
      if (parsed.success) read += 1;
      else {
        const errors = toFieldErrors(parsed.error);
        if (
          errors.length < 1 ||
          errors.length > 101 ||
          errors.some(({ pointer, message }) => !/^(\/.*)?$/su.test(pointer) || message === '')
        )
          throw new Error(`${JSON.stringify(errors).slice(0, 500)} of ${JSON.stringify(job).slice(0, 2000)}`);
      }
    }
    // Some jobs must be valid, but not most: otherwise the mutations would not test the limits of the schema.
    expect(read).toBeGreaterThan(PARSED / 100);
    expect(read).toBeLessThan(PARSED / 2);
  });

  describe('through the queue', () => {
    let harness: Harness;
    beforeAll(async () => {
      harness = await startHarness();
      await harness.saveSettings(teamSettings('acme'));
    });
    afterAll(() => harness.stop());

    it('are each taken or kept as rejected, and a good one goes out after them', async () => {
      const all = jobs(TAKEN_IN);
      for (const job of all) await harness.queue.add(DISPATCH_JOB, job);
      const isEmpty = async (): Promise<boolean> => {
        const { waiting, active, delayed, failed } = await harness.queue.getJobCounts();
        return waiting + active + delayed + failed === 0;
      };
      await eventually(isEmpty, (empty) => empty, 280_000);
      // A job with unexplained failures would be here as `given_up`.
      const reasons = await harness.sql.rows<{ reason: string; count: number }>(
        'SELECT reason, count(*)::int AS count FROM dispatch.rejected_jobs GROUP BY reason ORDER BY reason',
      );
      expect(reasons.map(({ reason }) => reason).filter((reason) => !['invalid', 'key_conflict', 'team_unknown'].includes(reason))).toEqual(
        [],
      );
      expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(TAKEN_IN / 2);
      const good = invoice();
      await harness.publish(good);
      expect((await harness.until('acme', good.key)).status).toBe('sent');
    });
  });
});
