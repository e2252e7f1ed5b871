// Claims, the end-of-data gate and what a dead worker leaves behind, on a real database.
import { eventually, expectServerErrors } from '@billing-mail/testkit';
import { randomUUID } from 'node:crypto';
import { type RecipientResult, type Verdict } from '@billing-mail/mail-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { DeliveryRecords } from '../records/delivery-records.js';
import { laneOf } from '../records/lanes.js';
import { type DeliveryInHand } from '../records/rows.js';
import { ResultJournal } from '../settling/result-journal.js';
import { SettlementStore } from '../settling/settlement.store.js';
import { Settling } from '../settling/settling.js';
import { type TryReport } from '../settling/try-report.js';
import { ClaimsStore } from './claims.store.js';

/** So long that it runs out only when a test says so, on a busy machine too. */
const LEASE_MS = 600_000;

const NO_REPLY: Verdict = {
  scope: 'message',
  lasting: 'uncertain',
  stage: 'final',
  code: null,
  enhancedCode: null,
  reason: 'no_final_reply',
  reply: null,
};
const doubtOf = (position: number): RecipientResult => ({ position, outcome: 'uncertain', verdict: NO_REPLY });

describe('a delivery whose worker may die', () => {
  let harness: Harness;
  let claims: ClaimsStore;
  let records: DeliveryRecords;
  let settling: Settling;
  let settlements: SettlementStore;
  let journal: ResultJournal;
  beforeAll(async () => {
    // The dispatcher learns after a third of its lease that its claim is lost.
    const env = { RETRY_DELAYS: '100ms,100ms', CLAIM_LEASE: '6s' };
    harness = await startHarness({ dispatchers: 1, env });
    const [app] = harness.apps;
    if (!app) throw new Error('no dispatcher');
    claims = app.get(ClaimsStore);
    records = app.get(DeliveryRecords);
    settling = app.get(Settling);
    settlements = app.get(SettlementStore);
    journal = app.get(ResultJournal);
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.reset());

  /**
   * Returns a delivery that this test has taken from the dispatcher. The dispatcher waits for the reply to DATA, or finds that its claim is
   * lost.
   */
  const held = async (): Promise<DeliveryInHand> => {
    const team = `t${randomUUID().slice(0, 8)}`;
    await harness.saveSettings(teamSettings(team));
    const job = invoice({ teamId: team, to: [{ address: 'a@x.example' }, { address: 'b@x.example' }] });
    harness.platform.script = { data: 'stall' };
    await harness.publish(job);
    const { id } = await harness.until(team, job.key, ({ status }) => status === 'sending');
    return take(id, team);
  };
  /** Takes a delivery over as a worker does after its predecessor has died. */
  const take = async (id: string, teamId: string): Promise<DeliveryInHand> => {
    // Repeated, because the dispatcher may claim the delivery first.
    for (;;) {
      await harness.sql.affected(
        `UPDATE dispatch.deliveries SET claim_id = NULL, due_at = now() - interval '1 hour', status = 'queued' WHERE id = $1`,
        [id],
      );
      await harness.sql.affected(
        `INSERT INTO dispatch.lanes (lane, next_due_at) VALUES ($1, now() - interval '1 hour') ON CONFLICT (lane) DO UPDATE SET next_due_at = excluded.next_due_at`,
        [laneOf(teamId, 'platform')],
      );
      const request = {
        workerId: 'test',
        leaseMs: LEASE_MS,
        count: 100,
        room: { platform: 100, custom: 3 },
        left: new Map(),
        inHand: [],
        seed: '',
      };
      const claimed = (await claims.claimDue(request)).find((delivery) => delivery.id === id);
      if (claimed !== undefined) return claimed;
    }
  };
  /** Lets the lease of the worker that this test plays run out, as if the worker had died. */
  const runOut = ({ id }: DeliveryInHand) => harness.sql.affected('UPDATE dispatch.deliveries SET due_at = now() WHERE id = $1', [id]);
  const attemptOf = (delivery: DeliveryInHand, attemptId: string) => ({
    ...{ id: attemptId, number: delivery.lastAttempt + 1, route: 'platform' as const, server: 'mail.example:25', sinceMs: 1 },
    message: { sha256: 'ab', size: 1, signed: true },
  });
  const release = (delivery: DeliveryInHand, attemptId: string, positions: number[], claimId = delivery.claimId): Promise<boolean> => {
    const { id, revision } = delivery;
    return records.release({ id, claimId, revision, positions, attempt: attemptOf(delivery, attemptId) });
  };
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
  const report = (delivery: DeliveryInHand, attemptId: string, results: RecipientResult[]): TryReport => ({
    ...{ deliveryId: delivery.id, claimId: delivery.claimId, attemptId, number: delivery.lastAttempt + 1, route: 'platform', results },
    ...{ failure: null, facts, message: null, fallback: false, fingerprint: 'platform' },
  });
  const settle = (delivery: DeliveryInHand, attemptId: string, results: RecipientResult[]) =>
    settling.settle(delivery, report(delivery, attemptId, results), () => Promise.resolve());
  const acceptedBoth: RecipientResult[] = [0, 1].map((position) => ({ position, outcome: 'accepted', reply: '250 ok' }));
  const statusOf = async ({ id }: { id: string }) =>
    (
      await harness.sql.rows<{ status: string; platform_tries: number; crashes: number; rehearsals: number; deaths_alone: number }>(
        'SELECT status, platform_tries, crashes, rehearsals, deaths_alone FROM dispatch.deliveries WHERE id = $1',
        [id],
      )
    )[0];
  const attemptsOf = ({ id }: { id: string }) =>
    harness.sql.rows<{ outcome: string | null }>('SELECT outcome, stage FROM dispatch.attempts WHERE delivery_id = $1 ORDER BY number', [
      id,
    ]);
  const openTry = async ({ id }: { id: string }) =>
    (await harness.sql.rows<{ id: string }>('SELECT id FROM dispatch.attempts WHERE delivery_id = $1 AND outcome IS NULL', [id]))[0]?.id;
  const settledOf = ({ key }: { key: string }) => harness.outcomeOf(key);
  const untilStatus = (delivery: { id: string }, status: string) =>
    eventually(
      () => statusOf(delivery),
      (row) => row?.status === status,
    );

  it('opens the gate to the holder of the claim only, once its lease ran out to nobody', async () => {
    const claim = await held();
    const attemptId = randomUUID();
    expect(await release(claim, attemptId, [0, 1], randomUUID())).toBe(false);
    await runOut(claim);
    expect(await release(claim, attemptId, [0, 1])).toBe(false);
    const taken = await take(claim.id, claim.teamId);
    expect(await release(claim, attemptId, [0, 1])).toBe(false);
    expect(await release(taken, randomUUID(), [0, 1])).toBe(true);
  });

  it('keeps the gate shut once a recipient was cancelled, and cancels nobody whose end of data is out', async () => {
    const claim = await held();
    const attemptId = randomUUID();
    expect(await release(claim, attemptId, [0])).toBe(true);
    expect(await settlements.cancel(claim.teamId, claim.id, 'u1')).toBe('cancelled');
    expect(await release(claim, attemptId, [0, 1])).toBe(false);
    await settle(claim, attemptId, acceptedBoth.slice(0, 1));
    expect(await statusOf(claim)).toMatchObject({ status: 'partly_sent' });
  });

  it('renews a lease, and tells which claims are lost', async () => {
    const [one, other] = [await held(), await held()];
    await harness.sql.affected('UPDATE dispatch.deliveries SET claim_id = gen_random_uuid() WHERE id = $1', [other.id]);
    expect([...(await claims.renew([one, other], LEASE_MS))]).toEqual([one.claimId]);
  });

  it('does not count a try whose worker died before its end of data', async () => {
    const claim = await held();
    harness.platform.script = {};
    await runOut(claim);
    expect(await untilStatus(claim, 'sent')).toMatchObject({ platform_tries: 1 });
    expect(await attemptsOf(claim)).toHaveLength(1);
  });

  it('logs a doubt when the worker died after its end of data, and sends the same bytes once more', async () => {
    const claim = await held();
    await release(claim, randomUUID(), [0]);
    // The worker that died had composed the same bytes as the next one will; this test has composed none.
    await harness.sql.affected('UPDATE dispatch.attempts SET message_sha256 = NULL WHERE delivery_id = $1', [claim.id]);
    harness.platform.script = {};
    await runOut(claim);
    await untilStatus(claim, 'sent');
    expect(await attemptsOf(claim)).toEqual([
      { outcome: 'uncertain', stage: 'final' },
      { outcome: 'accepted', stage: 'final' },
    ]);
    expect(await settledOf(claim)).toMatchObject({ delivery: { status: 'sent', afterDoubt: ['a@x.example'] } });
  });

  it('does not send to whom may have it when the bytes that went out can not be had again', async () => {
    const claim = await held();
    // The hash of the bytes that went out differs from that of the bytes composed now, as after a crash and a change of certificate.
    await release(claim, randomUUID(), [0]);
    await settle(claim, (await openTry(claim)) ?? '', [doubtOf(0)]);
    await runOut(claim);
    harness.platform.script = {};
    await untilStatus(claim, 'uncertain');
    const [message] = harness.platform.messages.filter(({ raw }) => raw?.includes(claim.id));
    expect(message?.recipients.map(({ address }) => address)).toEqual(['b@x.example']);
  });

  it('takes a late yes for the truth and never sends to that recipient again', async () => {
    const claim = await held();
    const attemptId = randomUUID();
    await release(claim, attemptId, [0, 1]);
    const taken = await take(claim.id, claim.teamId);
    expect(await settle(claim, attemptId, acceptedBoth)).toEqual({ kind: 'late' });
    expect(await statusOf(claim)).toMatchObject({ status: 'sent' });
    expect(await release(taken, randomUUID(), [0, 1])).toBe(false);
  });

  it('turns a doubt into a yes when the answer is found in the journal later', async () => {
    const claim = await held();
    const attemptId = randomUUID();
    await release(claim, attemptId, [0, 1]);
    await settle(claim, attemptId, [doubtOf(0), doubtOf(1)]);
    await settlements.recordFacts(report(claim, attemptId, acceptedBoth));
    await settlements.recordFacts(report(claim, attemptId, acceptedBoth));
    expect(await statusOf(claim)).toMatchObject({ status: 'sent' });
    // The message went out only once.
    expect(await settledOf(claim)).not.toHaveProperty('delivery.afterDoubt');
  });

  it('says nothing more of a doubt that it was settled with, once a late yes has ended it', async () => {
    const claim = await held();
    const attemptId = randomUUID();
    await release(claim, attemptId, [0, 1]);
    await harness.sql.affected(
      `UPDATE dispatch.deliveries SET claim_id = NULL, claimed_by = NULL, status = 'uncertain', settled_at = now(), due_at = NULL,
         failure = '{"code": "no_final_reply", "server": null, "reply": null}' WHERE id = $1`,
      [claim.id],
    );
    await harness.sql.affected(
      `UPDATE dispatch.recipients SET status = 'uncertain', reason = 'no_final_reply', uncertain_ends = 2 WHERE delivery_id = $1`,
      [claim.id],
    );
    await settlements.recordFacts(report(claim, attemptId, acceptedBoth));
    expect(await harness.delivery(claim.teamId, claim.key)).toMatchObject({
      ...{ status: 'sent', failure: null },
      recipients: [{ status: 'accepted' }, { status: 'accepted' }],
    });
  });

  it("reads the journal that it shares with a dead worker before it takes that one's try for a doubt", async () => {
    const claim = await held();
    const attemptId = randomUUID();
    await release(claim, attemptId, [0, 1]);
    await journal.keep(report(claim, attemptId, acceptedBoth));
    harness.platform.script = {};
    await runOut(claim);
    await untilStatus(claim, 'sent');
    // The report is first recorded and then removed from the journal.
    await eventually(
      () => journal.kept(),
      (kept) => kept.length === 0,
    );
    expect((await attemptsOf(claim)).filter(({ outcome }) => outcome === 'uncertain')).toEqual([]);
    expect(harness.platform.messages.filter(({ raw }) => raw?.includes(claim.id))).toEqual([]);
  });

  it('records a yes from the journal also for what was given back and nobody has taken since', async () => {
    const claim = await held();
    const attemptId = randomUUID();
    await release(claim, attemptId, [0, 1]);
    await harness.sql.affected(
      `UPDATE dispatch.deliveries SET claim_id = NULL, claimed_by = NULL, status = 'queued', due_at = now() + interval '1 hour' WHERE id = $1`,
      [claim.id],
    );
    await settlements.recordFacts(report(claim, attemptId, acceptedBoth));
    expect(await statusOf(claim)).toMatchObject({ status: 'sent' });
  });

  it('settles as usual what another process has noted from a shared journal', async () => {
    const claim = await held();
    const attemptId = randomUUID();
    await release(claim, attemptId, [0, 1]);
    const refused = { ...NO_REPLY, scope: 'recipient', lasting: 'transient', code: 451, reason: 'smtp_server_busy', reply: '451' } as const;
    const mixed: RecipientResult[] = [...acceptedBoth.slice(0, 1), { position: 1, outcome: 'refused', verdict: refused }];
    await settlements.recordFacts(report(claim, attemptId, mixed));
    expect(await settle(claim, attemptId, mixed)).toMatchObject({ kind: 'recorded', next: { kind: 'wait' } });
    expect(await statusOf(claim)).toMatchObject({ status: 'waiting', platform_tries: 1 });
  });

  it('records once what is reported twice', async () => {
    const claim = await held();
    const attemptId = randomUUID();
    await release(claim, attemptId, [0, 1]);
    await settle(claim, attemptId, acceptedBoth);
    expect(await settle(claim, attemptId, acceptedBoth)).toEqual({ kind: 'late' });
    expect(await statusOf(claim)).toMatchObject({ status: 'sent', platform_tries: 1 });
    const told = await harness.outcomeOf(claim.key);
    expect(told).toBeDefined();
    expect(harness.outcomes.filter((event) => event.type === 'delivery_settled' && event.delivery.id === claim.id)).toHaveLength(1);
  });

  it('sends what was in hand whenever workers died', async () => {
    const claim = await held();
    await harness.sql.affected('UPDATE dispatch.deliveries SET crashes = 40, due_at = now() WHERE id = $1', [claim.id]);
    harness.platform.script = {};
    expect(await untilStatus(claim, 'sent')).toMatchObject({ platform_tries: 1, rehearsals: 0 });
  });

  it('tries alone what was in hand whenever workers died, also where some died in that very step, and holds nothing against it then', async () => {
    const claim = await held();
    await harness.sql.affected('UPDATE dispatch.deliveries SET crashes = 40, deaths_alone = 4, due_at = now() WHERE id = $1', [claim.id]);
    harness.platform.script = {};
    expect(await untilStatus(claim, 'sent')).toMatchObject({ platform_tries: 1, deaths_alone: 0 });
  });

  it('stops what killed five workers in a row that worked on nothing else', async () => {
    const claim = await held();
    await harness.sql.affected('UPDATE dispatch.deliveries SET crashes = 8, deaths_alone = 5, due_at = now() WHERE id = $1', [claim.id]);
    expect(await untilStatus(claim, 'failed')).toMatchObject({ platform_tries: 0 });
    expect(await settledOf(claim)).toMatchObject({ delivery: { status: 'failed' } });
  });

  it('holds a crash against nobody whose message was composed by then', async () => {
    const claim = await held();
    await release(claim, randomUUID(), [0]);
    await runOut(claim);
    await claims.giveBackOfTheDead([]);
    expect(await statusOf(claim)).toMatchObject({ crashes: 0 });
  });

  it('keeps what a server said while PostgreSQL is away, and does not send again', async () => {
    const team = 'outage';
    await harness.saveSettings(teamSettings(team, { sender: 'custom', smtp: ownServer(harness.custom.port) }));
    harness.custom.script = { final: { wait: 1500, then: '250 ok' } };
    const job = invoice({ teamId: team });
    await harness.publish(job);
    await eventually(
      () => harness.custom.messages.length,
      (count) => count === 1,
    );
    // Requests about deliveries may be answered with 503 until PostgreSQL is back.
    expectServerErrors(503);
    await harness.database.halt('immediate');
    await eventually(
      async () => (await journal.kept()).length,
      (count) => count === 1,
    );
    await harness.database.start();
    const delivery = await harness.until(team, job.key);
    expect(delivery).toMatchObject({ status: 'sent', attempts: [{ outcome: 'accepted' }] });
    await eventually(
      () => journal.kept(),
      (kept) => kept.length === 0,
    );
    await sleep(1000);
    expect(harness.custom.messages).toHaveLength(1);
  });
});
