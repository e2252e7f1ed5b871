// Claims, the end-of-data gate and what a dead worker leaves behind, on a real database.
import { randomUUID } from 'node:crypto';
import { type RecipientResult } from '@billing-mail/mail-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { ClaimsStore } from './claims.store.js';
import { ResultJournal } from './result-journal.js';
import { TriesStore, type TryReport } from './tries.store.js';

// Long enough for what a test does with it, short enough to wait for its end.
const LEASE_MS = 1500;

describe('a delivery whose worker may die', () => {
  let harness: Harness;
  let claims: ClaimsStore;
  let tries: TriesStore;
  beforeAll(async () => {
    // The dispatcher learns that its claim is lost (a third of its lease) before the server's silence ends its try.
    const env = { RETRY_DELAYS: '100ms,100ms', CLAIM_LEASE: '6s', SMTP_REPLY_TIMEOUT: '10s' };
    harness = await startHarness({ dispatchers: 1, env });
    const [app] = harness.apps;
    if (!app) throw new Error('no dispatcher');
    claims = app.get(ClaimsStore);
    tries = app.get(TriesStore);
  }, 60_000);
  afterAll(() => harness.stop(), 60_000);
  beforeEach(() => harness.reset());

  type Held = { id: string; claimId: string };
  /** A delivery that this test has taken from the dispatcher, which hangs at the banner or finds its claim lost. */
  const held = async (): Promise<Held> => {
    const team = `t${randomUUID().slice(0, 8)}`;
    await harness.saveSettings(teamSettings(team));
    const job = invoice({ teamId: team, to: [{ address: 'a@x.example' }, { address: 'b@x.example' }] });
    harness.platform.script = { banner: 'stall' };
    await harness.publish(job);
    const { id } = await harness.until(team, job.key, ({ status }) => status === 'sending');
    return take(id);
  };
  /** Takes a delivery over as a worker does whose predecessor died. */
  const take = async (id: string): Promise<Held> => {
    const [claim] = await harness.sql.rows<Held>(
      `UPDATE dispatch.deliveries SET claim_id = gen_random_uuid(), due_at = now() + $2 * interval '1 millisecond' WHERE id = $1 RETURNING id, claim_id AS "claimId"`,
      [id, LEASE_MS],
    );
    if (claim === undefined) throw new Error('not taken');
    return claim;
  };
  const begin = async (claim: Held) => (await tries.begin(claim, 'platform', 'mail.example:25', 'platform')) ?? '';
  const facts = {
    durationMs: 1,
    stage: 'final',
    code: 250,
    enhancedCode: null,
    reason: null,
    reply: '250 ok',
    server: 'mail.example:25',
    tls: null,
  };
  const report = (claim: Held, attemptId: string, results: RecipientResult[]): TryReport => ({
    deliveryId: claim.id,
    claimId: claim.claimId,
    attemptId,
    route: 'platform',
    results,
    failure: null,
    facts,
    fallback: false,
  });
  const acceptedBoth: RecipientResult[] = [0, 1].map((position) => ({ position, outcome: 'accepted', reply: '250 ok' }));
  const policy = { retryDelaysMs: [60_000], uncertainPolicy: 'retry' as const };
  const statusOf = async ({ id }: { id: string }) =>
    (
      await harness.sql.rows<{ status: string; platform_tries: number; crashes: number }>(
        'SELECT status, platform_tries, crashes FROM dispatch.deliveries WHERE id = $1',
        [id],
      )
    )[0];

  it('opens the gate to the holder of the claim only, once its lease ran out to nobody', async () => {
    const claim = await held();
    const attemptId = await begin(claim);
    expect(await tries.releaseEndOfData({ ...claim, claimId: randomUUID() }, attemptId, [0, 1])).toBe(false);
    await sleep(LEASE_MS + 100);
    expect(await tries.releaseEndOfData(claim, attemptId, [0, 1])).toBe(false);
    const taken = await take(claim.id);
    expect(await tries.releaseEndOfData(claim, attemptId, [0, 1])).toBe(false);
    expect(await tries.releaseEndOfData(taken, await begin(taken), [0, 1])).toBe(true);
  });

  it('keeps the gate shut for a recipient that was cancelled meanwhile', async () => {
    const claim = await held();
    const attemptId = await begin(claim);
    await harness.sql.affected(`UPDATE dispatch.recipients SET status = 'cancelled' WHERE delivery_id = $1 AND position = 1`, [claim.id]);
    expect(await tries.releaseEndOfData(claim, attemptId, [0, 1])).toBe(false);
    expect(await tries.releaseEndOfData(claim, attemptId, [0])).toBe(true);
  });

  it('renews a lease, and tells which claims are lost', async () => {
    const [one, other] = [await held(), await held()];
    await harness.sql.affected('UPDATE dispatch.deliveries SET claim_id = gen_random_uuid() WHERE id = $1', [other.id]);
    expect([...(await claims.renew([one.claimId, other.claimId], LEASE_MS))]).toEqual([one.claimId]);
  });

  it('does not count a try whose worker died before its end of data', async () => {
    const claim = await held();
    await begin(claim);
    harness.platform.script = {};
    const delivery = await harness.eventually(
      () => statusOf(claim),
      (row) => row?.status === 'sent',
    );
    expect(delivery).toMatchObject({ platform_tries: 1 });
    expect(await harness.sql.rows('SELECT number FROM dispatch.attempts WHERE delivery_id = $1', [claim.id])).toHaveLength(1);
  });

  it('logs a doubt when the worker died after its end of data, and sends the same bytes once more', async () => {
    const claim = await held();
    const attemptId = await begin(claim);
    expect(await tries.releaseEndOfData(claim, attemptId, [0])).toBe(true);
    harness.platform.script = {};
    await harness.eventually(
      () => statusOf(claim),
      (row) => row?.status === 'sent',
    );
    const attempts = await harness.sql.rows<{ outcome: string; stage: string }>(
      'SELECT outcome, stage FROM dispatch.attempts WHERE delivery_id = $1 ORDER BY number',
      [claim.id],
    );
    // Before them may stand the try that the dispatcher itself had begun.
    expect(attempts.slice(-2)).toEqual([
      { outcome: 'uncertain', stage: 'final' },
      { outcome: 'accepted', stage: 'final' },
    ]);
  });

  it('takes a late yes for the truth and never sends to that recipient again', async () => {
    const claim = await held();
    const attemptId = await begin(claim);
    await tries.releaseEndOfData(claim, attemptId, [0, 1]);
    await sleep(LEASE_MS + 100);
    const taken = await take(claim.id);
    expect(await tries.record(report(claim, attemptId, acceptedBoth), policy, 0)).toEqual({ kind: 'late' });
    expect(await statusOf(claim)).toMatchObject({ status: 'sent' });
    expect(await tries.releaseEndOfData(taken, attemptId, [0, 1])).toBe(false);
  });

  it('turns a doubt into a yes when the answer is found in the journal later', async () => {
    const claim = await held();
    const attemptId = await begin(claim);
    await tries.releaseEndOfData(claim, attemptId, [0, 1]);
    const verdict = {
      scope: 'message',
      lasting: 'uncertain',
      stage: 'final',
      code: null,
      enhancedCode: null,
      reason: 'no_final_reply',
      reply: null,
    } as const;
    const doubt = [0, 1].map((position): RecipientResult => ({ position, outcome: 'uncertain', verdict }));
    await tries.record(report(claim, attemptId, doubt), { ...policy, uncertainPolicy: 'hold' }, 0);
    expect(await statusOf(claim)).toMatchObject({ status: 'uncertain' });
    await tries.recordFacts(report(claim, attemptId, acceptedBoth));
    await tries.recordFacts(report(claim, attemptId, acceptedBoth));
    expect(await statusOf(claim)).toMatchObject({ status: 'sent' });
  });

  it("reads the journal that it shares with a dead worker before it takes that one's try for a doubt", async () => {
    const claim = await held();
    const attemptId = await begin(claim);
    await tries.releaseEndOfData(claim, attemptId, [0, 1]);
    const journal = harness.apps[0]?.get(ResultJournal);
    await journal?.keep(report(claim, attemptId, acceptedBoth));
    harness.platform.script = {};
    const delivery = await harness.eventually(
      () => statusOf(claim),
      (row) => row?.status === 'sent',
    );
    expect(delivery).toBeDefined();
    expect(await journal?.kept()).toEqual([]);
    const doubts = await harness.sql.rows(`SELECT 1 FROM dispatch.attempts WHERE delivery_id = $1 AND outcome = 'uncertain'`, [claim.id]);
    expect(doubts).toEqual([]);
    expect(harness.platform.messages.filter(({ raw }) => raw?.includes(claim.id))).toEqual([]);
  });

  it('settles as usual what another process has noted from a shared journal', async () => {
    const claim = await held();
    const attemptId = await begin(claim);
    await tries.releaseEndOfData(claim, attemptId, [0, 1]);
    const refused = {
      scope: 'recipient',
      lasting: 'transient',
      stage: 'final',
      code: 451,
      enhancedCode: null,
      reason: 'smtp_server_busy',
      reply: '451',
    } as const;
    const mixed = report(claim, attemptId, [...acceptedBoth.slice(0, 1), { position: 1, outcome: 'refused', verdict: refused }]);
    await tries.recordFacts(mixed);
    expect(await tries.record(mixed, policy, 0)).toEqual({ kind: 'recorded', next: { kind: 'wait', afterMs: 48_000 } });
    expect(await statusOf(claim)).toMatchObject({ status: 'waiting', platform_tries: 1 });
  });

  it('records once what is reported twice', async () => {
    const claim = await held();
    const attemptId = await begin(claim);
    await tries.releaseEndOfData(claim, attemptId, [0, 1]);
    await tries.record(report(claim, attemptId, acceptedBoth), policy, 0);
    await tries.record(report(claim, attemptId, acceptedBoth), policy, 0);
    expect(await statusOf(claim)).toMatchObject({ status: 'sent', platform_tries: 1 });
    expect(await harness.sql.rows(`SELECT 1 FROM dispatch.outbox WHERE payload -> 'delivery' ->> 'id' = $1`, [claim.id])).toHaveLength(1);
  });

  it('stops a delivery that has killed its workers three times, and tells so', async () => {
    const claim = await held();
    await harness.sql.affected('UPDATE dispatch.deliveries SET crashes = 2, due_at = now() WHERE id = $1', [claim.id]);
    harness.platform.script = {};
    await harness.eventually(
      () => statusOf(claim),
      (row) => row?.status === 'failed',
    );
    const told = await harness.eventually(
      () => harness.outcomes.find((event) => event.type === 'delivery_settled' && event.delivery.id === claim.id),
      (event) => event !== undefined,
    );
    expect(told).toMatchObject({ delivery: { failure: { code: 'too_many_crashes' } } });
    expect(harness.platform.messages.filter(({ raw }) => raw?.includes(claim.id))).toEqual([]);
  });

  it('keeps what a server said while PostgreSQL is away, and does not send again', async () => {
    const team = 'outage';
    await harness.saveSettings(teamSettings(team, { sender: 'custom', smtp: ownServer(harness.custom.port) }));
    const [app] = harness.apps;
    const journal = app?.get(ResultJournal);
    harness.custom.script = { final: { wait: 1500, then: '250 ok' } };
    const job = invoice({ teamId: team });
    await harness.publish(job);
    await harness.eventually(
      () => harness.custom.messages.length,
      (count) => count === 1,
    );
    await harness.database.halt('immediate');
    await harness.eventually(
      async () => (await journal?.kept())?.length,
      (count) => count === 1,
      10_000,
    );
    await harness.database.start();
    const delivery = await harness.until(team, job.key, undefined, 40_000);
    expect(delivery).toMatchObject({ status: 'sent', attempts: [{ outcome: 'accepted' }] });
    expect(await journal?.kept()).toEqual([]);
    await sleep(1000);
    expect(harness.custom.messages).toHaveLength(1);
  }, 60_000);
});
