// PostgreSQL commits a statement of a delivery, and its connection is lost before the dispatcher reads the answer, as in a failover.
import { eventually, expectServerErrors, Wire } from '@billing-mail/testkit';
import { noteDueLanes } from '../records/lanes.js';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

/** So long that no test can pass by waiting for a lease to run out. */
const LEASE_MS = 24 * 60 * 60_000;

describe('a dispatcher that lives does not wait for its own lease where the answer is lost to the statement that', () => {
  let harness: Harness;
  let wire: Wire;
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 0 });
    wire = await Wire.to(harness.database.url);
    await harness.startDispatcher({ DATABASE_URL: wire.databaseUrl, CLAIM_LEASE: LEASE_MS });
    await harness.saveSettings(teamSettings('acme'));
  });
  afterAll(async () => {
    await harness.stop();
    wire.close();
  });
  /**
   * A job whose answer was lost is taken in again. The next test begins only when nobody works on that job any more, because each test
   * looks for its own statements.
   */
  beforeEach(async () => {
    await eventually(
      () => harness.queue.getJobCounts(),
      ({ waiting, active, delayed }) => waiting + active + delayed === 0,
    );
    harness.platform.forget();
  });

  /** Restores the connection to PostgreSQL once the wire has refused the dispatcher five times. */
  const mend = async (): Promise<void> => {
    const before = wire.refused;
    await eventually(
      () => wire.refused - before,
      (count) => count >= 5,
    );
    wire.mend();
  };
  const expectSentOnce = async (key: string): Promise<void> => {
    await eventually(
      async () => (await harness.sql.rows('SELECT FROM dispatch.deliveries WHERE key = $1 AND settled_at IS NOT NULL', [key])).length,
      (count) => count === 1,
    );
    const delivery = await harness.until('acme', key);
    expect(delivery).toMatchObject({ status: 'sent', attempts: [{ outcome: 'accepted' }], recipients: [{ status: 'accepted' }] });
    expect(harness.platform.messages).toHaveLength(1);
    expect(await harness.sql.rows('SELECT crashes FROM dispatch.deliveries WHERE key = $1', [key])).toEqual([{ crashes: 0 }]);
  };

  it('takes a job in', async () => {
    const job = invoice();
    const lost = wire.cutBeforeAnswer(`"${job.key}"`);
    await harness.publish(job);
    await lost;
    await mend();
    await expectSentOnce(job.key);
  });

  it('takes a request in, which is asked again', async () => {
    const { version: _version, teamId: _team, key, ...body } = invoice();
    const post = () =>
      harness
        .http()
        .post('/v1/teams/acme/deliveries')
        .set({ Authorization: `Bearer ${harness.serviceToken}`, 'Idempotency-Key': key })
        .send(body);
    expectServerErrors(503);
    const lost = wire.cutBeforeAnswer(`"${key}"`);
    const unanswered = post().then(({ status }) => expect(status).toBe(503));
    await lost;
    await mend();
    await unanswered;
    expect((await post()).status).toBe(200);
    await expectSentOnce(key);
  });

  it('claims what is due', async () => {
    const job = invoice({ sendAt: new Date(Date.now() + LEASE_MS).toISOString() });
    await harness.publish(job);
    await harness.until('acme', job.key, ({ status }) => status === 'queued');
    const lost = wire.cutBeforeAnswer(job.key);
    await harness.sql.rows(
      `WITH due AS (UPDATE dispatch.deliveries SET due_at = now() WHERE key = $1 RETURNING lane, due_at) ${noteDueLanes('due')}`,
      [job.key],
    );
    await lost;
    await mend();
    await expectSentOnce(job.key);
  });

  it('lets the end of data go, which it then never does', async () => {
    const job = invoice();
    const lost = wire.cutBeforeAnswer('"sinceMs"');
    await harness.publish(job);
    await lost;
    await mend();
    await expectSentOnce(job.key);
  });

  it('settles a delivery', async () => {
    const job = invoice();
    const lost = wire.cutBeforeAnswer('"takenBack"');
    await harness.publish(job);
    await lost;
    await mend();
    await expectSentOnce(job.key);
  });
});
