// Tests the three statements on a real database: what each writes, what keeps it from writing, and that members of a group do not harm each
// other.
import { randomUUID } from 'node:crypto';
import { dataSourceOptions, migrate, Sql } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { dispatchSchema } from '../dispatch.schema.js';
import { DeliveryRecords } from './delivery-records.js';
import { releaseEndsOfData } from './release-statement.js';
import { type NextState, settleDeliveries, type SettleWrite } from './settle-statement.js';
import { type NewDelivery, takeDeliveries } from './take-statement.js';

const LEASE_MS = 60_000;

describe('the three statements of a delivery', () => {
  let database: TestDatabase;
  let source: DataSource;
  let sql: Sql;
  let records: DeliveryRecords;
  beforeAll(async () => {
    database = await startTestDatabase();
    await migrate(database.url, dispatchSchema);
    source = await new DataSource(dataSourceOptions(database.url, dispatchSchema)).initialize();
    sql = new Sql(source);
    records = new DeliveryRecords(sql);
  });
  afterAll(async () => {
    await source.destroy();
    await database.stop();
  });

  const newDelivery = (changes: Partial<NewDelivery> = {}): NewDelivery => ({
    id: randomUUID(),
    teamId: 'acme',
    key: randomUUID(),
    contentHash: 'c',
    document: { id: 'inv-1', type: 'invoice', number: 'RE-1' },
    requestedBy: { userId: 'u1' },
    subject: 'Rechnung “1”',
    text: 'Text\nwith "quotes" \\ and ümlauts',
    html: null,
    resendOf: null,
    traceparent: null,
    lane: 'acme/platform',
    recipients: [
      { address: 'a@x.example', name: 'Änne', role: 'to' },
      { address: 'b@x.example', name: null, role: 'bcc' },
    ],
    attachments: [
      {
        filename: 'a.pdf',
        contentType: 'application/pdf',
        contentId: null,
        sha256: 'f'.repeat(64),
        size: 3_000_000_000,
        ref: 'acme/a.pdf',
      },
    ],
    fixed: {
      look: {
        firstRoute: 'platform',
        companyName: 'ACME',
        replyTo: null,
        customFrom: null,
        platformFromAddress: 'p@p.example',
        notifyUserIds: [],
        locale: 'en',
      },
      route: 'platform',
      messageIds: { platform: '<1@p.example>' },
      notShown: 0,
    },
    sendAt: null,
    claim: { claimId: randomUUID(), workerId: 'w1', leaseMs: LEASE_MS },
    ...changes,
  });
  const rowOf = async ({ id }: { id: string }) =>
    (
      await sql.rows<Record<string, unknown>>(
        `SELECT status, claim_id AS "claimId", due_at IS NULL AS "isDone", due_at > now() AS "isLater", revision, platform_tries AS tries, crashes, postponements, failure
         FROM dispatch.deliveries WHERE id = $1`,
        [id],
      )
    )[0];
  const lanesOf = (lane: string) => sql.rows(`SELECT next_due_at <= now() AS "isDue" FROM dispatch.lanes WHERE lane = $1`, [lane]);
  const heldBy = (delivery: NewDelivery, revision = 0) => ({ claimId: delivery.claim?.claimId ?? '', revision });
  const attemptOf = (delivery: NewDelivery, id: string) => ({
    ...{
      id,
      number: 1,
      route: 'platform' as const,
      server: 'mail:25',
      claimId: delivery.claim?.claimId ?? '',
      outcome: 'accepted' as const,
    },
    ...{ durationMs: 5, stage: 'final', code: 250, enhancedCode: null, reason: null, reply: '250 ok', tls: null },
    message: { sha256: 'ab', size: 10, signed: true },
  });
  const release = (delivery: NewDelivery, attemptId: string, positions = [0, 1], revision = 0) => ({
    ...{ id: delivery.id, ...heldBy(delivery, revision), positions },
    attempt: {
      id: attemptId,
      number: 1,
      route: 'platform' as const,
      server: 'mail:25',
      sinceMs: 5,
      message: { sha256: 'ab', size: 10, signed: true },
    },
  });
  const sent: NextState = {
    ...{ status: 'sent', route: 'platform', lane: 'acme/platform', usedFallback: false, failure: null },
    ...{ triedRoute: 'platform', fingerprint: 'f', dueInMs: null, postponed: false },
  };
  const accepted = (position: number) =>
    ({ position, status: 'accepted', route: 'platform', reason: null, reply: '250', uncertainEnds: 0 }) as const;
  const settlement = (delivery: NewDelivery, attemptId: string, changes: Partial<SettleWrite> = {}): SettleWrite => ({
    id: delivery.id,
    held: heldBy(delivery),
    recipients: [accepted(0), accepted(1)],
    attempt: attemptOf(delivery, attemptId),
    takenBack: null,
    next: sent,
    outcome: { type: 'job_rejected', teamId: 'acme' } as SettleWrite['outcome'],
    wayFailed: null,
    ...changes,
  });

  it('takes an occurrence of a series once in a team, whoever asks in one statement or later', async () => {
    const document = { id: 'inv-1', type: 'invoice' as const, recurrence: { seriesId: 'sub-9', occurrence: '2026-11' } };
    const [first, second, theirs] = [newDelivery({ document }), newDelivery({ document }), newDelivery({ document, teamId: 'globex' })];
    const inOrder = [first, second].sort((a, b) => (a.key < b.key ? -1 : 1));
    const [winner, other] = inOrder as [NewDelivery, NewDelivery];
    const recurs = { kind: 'recurs', deliveryId: winner.id, key: winner.key };
    expect(await takeDeliveries(sql, [winner, other, theirs])).toMatchObject([{ kind: 'taken' }, recurs, { kind: 'taken' }]);
    expect(await takeDeliveries(sql, [newDelivery({ document }), { ...newDelivery({ document }), key: winner.key }])).toMatchObject([
      recurs,
      { kind: 'known', deliveryId: winner.id },
    ]);
    const again = newDelivery({ document, resendOf: winner.id });
    expect(await takeDeliveries(sql, [again])).toMatchObject([{ kind: 'taken' }]);
  });

  it('takes, releases and settles a delivery in three statements, and writes all that there is of it', async () => {
    const delivery = newDelivery();
    const attempt = randomUUID();
    expect(await records.take(delivery)).toMatchObject({ kind: 'taken', datedAt: expect.any(Date) });
    expect(await rowOf(delivery)).toMatchObject({ status: 'sending', claimId: delivery.claim?.claimId, isLater: true });
    expect(await lanesOf('acme/platform')).toEqual([]);
    expect(await records.release(release(delivery, attempt))).toBe(true);
    expect(await records.settle(settlement(delivery, attempt))).toMatchObject({ isWritten: true });
    expect(await rowOf(delivery)).toMatchObject({ status: 'sent', claimId: null, isDone: true, tries: 1 });
    const parts = await sql.rows(
      `SELECT (SELECT text FROM dispatch.contents WHERE delivery_id = $1) AS text,
              (SELECT json_agg(json_build_array(address, name, role, status, reply) ORDER BY position) FROM dispatch.recipients WHERE delivery_id = $1) AS people,
              (SELECT json_agg(json_build_array(ref, size)) FROM dispatch.attachments WHERE delivery_id = $1) AS documents,
              (SELECT json_agg(json_build_array(outcome, released, message_sha256, signed)) FROM dispatch.attempts WHERE delivery_id = $1) AS tries,
              (SELECT text FROM dispatch.search_texts WHERE delivery_id = $1) AS words,
              (SELECT count(*)::int FROM dispatch.outbox) AS told`,
      [delivery.id],
    );
    expect(parts).toEqual([
      {
        text: delivery.text,
        people: [
          ['a@x.example', 'Änne', 'to', 'accepted', '250'],
          ['b@x.example', null, 'bcc', 'accepted', '250'],
        ],
        documents: [['acme/a.pdf', 3_000_000_000]],
        tries: [['accepted', null, 'ab', true]],
        words: 'rechnung “1”\nre-1\ninv-1\nänne a@x.example\nb@x.example',
        told: 1,
      },
    ]);
  });

  it('takes a key once, however often it is in a group, and tells the others whose it is', async () => {
    const first = newDelivery();
    const others = [newDelivery({ key: first.key }), newDelivery({ key: first.key, contentHash: 'other' }), newDelivery()];
    const taken = await takeDeliveries(sql, [first, ...others]);
    expect(taken.filter(({ kind }) => kind === 'taken')).toHaveLength(2);
    expect(taken.filter(({ kind }) => kind === 'known')).toHaveLength(2);
    const again = await takeDeliveries(sql, [newDelivery({ key: first.key })]);
    expect(again).toEqual([{ kind: 'known', deliveryId: expect.any(String), contentHash: expect.any(String) }]);
  });

  it('writes the others of a group where one can not be written', async () => {
    const poisoned = newDelivery({ text: 'a\u0000b' });
    const [one, bad, other] = await Promise.allSettled([newDelivery(), poisoned, newDelivery()].map((delivery) => records.take(delivery)));
    expect(one?.status).toBe('fulfilled');
    expect(other?.status).toBe('fulfilled');
    expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(Error) });
    expect(await rowOf(poisoned)).toBeUndefined();
  });

  it('notes the lane of what nobody holds, as due', async () => {
    await records.take(newDelivery({ claim: null, lane: 'lanes/custom', fixed: null }));
    expect(await lanesOf('lanes/custom')).toEqual([{ isDue: true }]);
    await records.take(newDelivery({ claim: null, lane: 'later/custom', sendAt: new Date(Date.now() + 3_600_000).toISOString() }));
    expect(await lanesOf('later/custom')).toEqual([{ isDue: false }]);
  });

  it('holds the end of data back from who lost the claim, whose lease ran out, and whose recipients were changed by others', async () => {
    const [mine, stolen, late, changed] = [newDelivery(), newDelivery(), newDelivery(), newDelivery()];
    await takeDeliveries(sql, [mine, stolen, late, changed]);
    await sql.affected('UPDATE dispatch.deliveries SET claim_id = gen_random_uuid() WHERE id = $1', [stolen.id]);
    await sql.affected(`UPDATE dispatch.deliveries SET due_at = now() - interval '1 second' WHERE id = $1`, [late.id]);
    await sql.affected('UPDATE dispatch.deliveries SET revision = revision + 1 WHERE id = $1', [changed.id]);
    const all = [mine, stolen, late, changed].map((delivery) => release(delivery, randomUUID()));
    expect(await releaseEndsOfData(sql, all)).toEqual([true, false, false, false]);
  });

  it('keeps the evidence of a released end of data until its answer is recorded', async () => {
    const delivery = newDelivery();
    const attempt = randomUUID();
    await records.take(delivery);
    await records.release(release(delivery, attempt, [0]));
    const released = async () => (await sql.rows('SELECT released, outcome FROM dispatch.attempts WHERE id = $1', [attempt]))[0];
    expect(await released()).toEqual({ released: [0], outcome: null });
    const soFar = { recipients: [accepted(0)], next: null, outcome: null };
    await records.settle(settlement(delivery, attempt, { ...soFar, attempt: { ...attemptOf(delivery, attempt), outcome: null } }));
    expect(await released()).toEqual({ released: [], outcome: null });
    await records.release(release(delivery, attempt, [1]));
    expect(await released()).toEqual({ released: [1], outcome: null });
    await records.settle(settlement(delivery, attempt));
    expect(await released()).toEqual({ released: null, outcome: 'accepted' });
  });

  it('settles only for the holder of the claim, and only once', async () => {
    const [delivery, cancelled] = [newDelivery(), newDelivery()];
    await takeDeliveries(sql, [delivery, cancelled]);
    await sql.affected('UPDATE dispatch.deliveries SET revision = 1 WHERE id = $1', [cancelled.id]);
    const [one, other] = [randomUUID(), randomUUID()];
    const group = [settlement(delivery, one), settlement(cancelled, other)];
    expect((await settleDeliveries(sql, group)).map(({ isWritten }) => isWritten)).toEqual([true, false]);
    expect((await settleDeliveries(sql, group)).map(({ isWritten }) => isWritten)).toEqual([false, false]);
    expect(await rowOf(cancelled)).toMatchObject({ status: 'sending', tries: 0 });
  });

  it('gives back, untried, with its lane due again', async () => {
    const delivery = newDelivery({ lane: 'back/platform' });
    await records.take(delivery);
    const next: NextState = { ...sent, status: 'queued', lane: 'back/platform', triedRoute: null, dueInMs: 5000, postponed: true };
    await records.settle(settlement(delivery, '', { recipients: [], attempt: null, next, outcome: null }));
    expect(await rowOf(delivery)).toMatchObject({ status: 'queued', claimId: null, isLater: true, tries: 0, postponements: 1 });
    expect(await lanesOf('back/platform')).toEqual([{ isDue: false }]);
  });

  it('keeps a logged doubt when the answer comes late, and completes what is known of the try', async () => {
    const delivery = newDelivery();
    const attempt = randomUUID();
    await records.take(delivery);
    await records.release(release(delivery, attempt));
    const doubt = { ...attemptOf(delivery, attempt), outcome: 'uncertain' as const, code: null };
    await records.settle(settlement(delivery, attempt, { attempt: doubt, next: { ...sent, status: 'uncertain' } }));
    await records.settle(settlement(delivery, attempt, { held: null, outcome: null }));
    expect(await sql.rows('SELECT outcome, code FROM dispatch.attempts WHERE id = $1', [attempt])).toEqual([
      { outcome: 'uncertain', code: 250 },
    ]);
    expect(await rowOf(delivery)).toMatchObject({ status: 'sent', revision: 1 });
  });

  it('shares a statement among all that ask at once', async () => {
    const before = await statements();
    await Promise.all(Array.from({ length: 60 }, () => records.take(newDelivery())));
    expect((await statements()) - before).toBeLessThanOrEqual(4);
  });

  /** Returns how many transactions of this database have been committed so far. PostgreSQL counts them some time after they end. */
  async function statements(): Promise<number> {
    await sql.rows('SELECT pg_stat_force_next_flush()');
    const [row] = await sql.rows<{ count: string }>(`SELECT xact_commit AS count FROM pg_stat_database WHERE datname = current_database()`);
    return Number(row?.count);
  }
});
