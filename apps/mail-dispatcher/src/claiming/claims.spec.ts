// Which lane gets the next free hand: lanes take turns, and a server that fails gets one delivery at a time.
import { randomUUID } from 'node:crypto';
import { REAL_WINDOWS, SendingPace, type Verdict } from '@billing-mail/mail-core';
import { dataSourceOptions, migrate, Sql } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { dispatchSchema } from '../dispatch.schema.js';
import { laneOf, noteDueLanes } from '../records/lanes.js';
import { type ClaimRequest, ClaimsStore } from './claims.store.js';
import { LaneHealth } from './lane-health.js';

describe('claiming', () => {
  let database: TestDatabase;
  let source: DataSource;
  let claims: ClaimsStore;
  beforeAll(async () => {
    database = await startTestDatabase();
    await migrate(database.url, dispatchSchema);
    source = await new DataSource(dataSourceOptions(database.url, dispatchSchema)).initialize();
    claims = new ClaimsStore(new Sql(source));
  });
  afterAll(async () => {
    await source.destroy();
    await database.stop();
  });
  beforeEach(async () => {
    await new Sql(source).affected('DELETE FROM dispatch.deliveries');
    await new Sql(source).affected('DELETE FROM dispatch.lanes');
  });

  const insert = (
    team: string,
    count: number,
    { route = 'platform', dueInMs = 0 }: { route?: 'platform' | 'custom'; dueInMs?: number } = {},
  ) =>
    new Sql(source).rows(
      `WITH made AS (
         INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, lane, due_at)
         SELECT gen_random_uuid(), $1, gen_random_uuid(), '', '{}', '{}', '', $2, now() + ($4 + n) * interval '1 millisecond' - interval '1 hour' * ($4 = 0)::int FROM generate_series(1, $3) n
         RETURNING id, lane, due_at
       ), texts AS (INSERT INTO dispatch.contents (delivery_id, text) SELECT id, '' FROM made),
       people AS (INSERT INTO dispatch.recipients (delivery_id, position, address, role) SELECT id, 0, 'a@x.example', 'to' FROM made)
       ${noteDueLanes('made')}`,
      [team, laneOf(team, route), count, dueInMs],
    );
  const request = (changes: Partial<ClaimRequest> = {}): ClaimRequest => ({
    workerId: 'w1',
    leaseMs: 30_000,
    count: 16,
    room: { platform: 8, custom: 3 },
    left: new Map(),
    inHand: [],
    seed: randomUUID(),
    ...changes,
  });
  const teamsOf = async (changes: Partial<ClaimRequest> = {}) => {
    const counts: Record<string, number> = {};
    for (const { teamId } of await claims.claimDue(request(changes))) counts[teamId] = (counts[teamId] ?? 0) + 1;
    return counts;
  };

  it('lets the one invoice of a team pass a thousand of another', async () => {
    await insert('mass', 1000);
    await insert('small', 1);
    expect(await teamsOf({ count: 4 })).toEqual({ mass: 3, small: 1 });
  });

  it('gives a lane no more than its room, what is under way counted', async () => {
    await insert('a', 100);
    await insert('b', 100, { route: 'custom' });
    expect(await teamsOf()).toEqual({ a: 8, b: 3 });
    expect(await teamsOf({ left: new Map([[laneOf('a', 'platform'), 2]]) })).toEqual({ a: 2, b: 3 });
  });

  it('tries a failing server with one delivery at a time, and what falls back is not held up by it', async () => {
    await insert('down', 100, { route: 'custom' });
    await insert('down', 5, { route: 'platform' });
    const failing = laneOf('down', 'custom');
    const claimed = await claims.claimDue(request({ left: new Map([[failing, 1]]) }));
    expect(claimed.map(({ lane }) => lane).sort()).toEqual(['down/custom', ...Array.from({ length: 5 }, () => 'down/platform')]);
    expect(await teamsOf({ left: new Map([[failing, 0]]) })).toEqual({});
  });

  it('takes of a lane with limits what its server may see in any minute, and everything else at once', async () => {
    const limits = { connections: 3, messagesPerMinute: 30 };
    const count = 300;
    const lane = laneOf('limited', 'custom');
    const one = { messages: 1, recipients: 1 };
    await insert('limited', count, { route: 'custom' });
    const pace = new SendingPace(limits, REAL_WINDOWS);
    const seen: number[] = [];
    const done = (ids: readonly string[]) => new Sql(source).affected('DELETE FROM dispatch.deliveries WHERE id = ANY($1)', [ids]);
    // Two workers: the first has the lane, the second works on the others. A simulated clock moves on when the server accepts no more.
    for (let now = 0; seen.length < count; now += Math.max(100, pace.waitMs(one, now))) {
      await insert('other', 1);
      const [first, second] = await Promise.all([
        claims.claimDue(request({ left: new Map([[lane, pace.roomAt(now)]]) })),
        claims.claimDue(request({ workerId: 'w2', left: new Map([[lane, 0]]) })),
      ]);
      expect([...first, ...second].filter(({ teamId }) => teamId === 'other')).toHaveLength(1);
      expect(second.filter(({ teamId }) => teamId === 'limited')).toEqual([]);
      const sent = first.filter(({ teamId }) => teamId === 'limited');
      for (const _ of sent) {
        expect(pace.waitMs(one, now)).toBe(0);
        expect(pace.hasConnection()).toBe(true);
        pace.begin(one);
        seen.push(now);
      }
      for (const _ of sent) pace.end(one, now);
      await done([...first, ...second].map(({ id }) => id));
    }
    for (const [index, at] of seen.entries())
      expect((seen[index + limits.messagesPerMinute] ?? Infinity) - at).toBeGreaterThanOrEqual(60_000);
    expect(seen).toHaveLength(count);
  });

  it('leaves alone what is not due, what is in hand, and what another holds', async () => {
    await insert('later', 3, { dueInMs: 60_000 });
    await insert('now', 2);
    const [first, second] = await claims.claimDue(request());
    expect(await teamsOf()).toEqual({});
    await new Sql(source).affected('UPDATE dispatch.deliveries SET due_at = now() WHERE team_id = $1', ['now']);
    expect(await teamsOf()).toEqual({});
    expect(await claims.giveBackOfTheDead([first?.id ?? ''])).toBe(1);
    expect(await teamsOf()).toEqual({ now: 1 });
    expect(second?.claimId).not.toBe(first?.claimId);
  });

  it('counts a claim that ran out as a crash of its worker', async () => {
    await insert('a', 1);
    expect(await claims.claimDue(request())).toMatchObject([{ crashes: 0 }]);
    await new Sql(source).affected('UPDATE dispatch.deliveries SET due_at = now()');
    await claims.giveBackOfTheDead([]);
    expect(await claims.claimDue(request())).toMatchObject([{ crashes: 1 }]);
  });

  it('gives each delivery to one of two workers that ask at the same time', async () => {
    await insert('a', 40);
    const all = (
      await Promise.all(Array.from({ length: 8 }, (_, index) => claims.claimDue(request({ workerId: `w${index}`, count: 5 }))))
    ).flat();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(0);
  });

  it('forgets a lane in which nothing waits any more, knows when the next one of it is due, and finds what comes later', async () => {
    await insert('done', 1);
    await insert('later', 1, { dueInMs: 60_000 });
    await new Sql(source).affected('UPDATE dispatch.lanes SET next_due_at = now()');
    await claims.claimDue(request());
    await claims.refreshLanes();
    const lanes = await new Sql(source).rows(`SELECT lane, next_due_at > now() + interval '50 seconds' AS "isLater" FROM dispatch.lanes`);
    expect(lanes).toEqual([{ lane: 'later/platform', isLater: true }]);
    await insert('done', 1);
    expect(await teamsOf()).toEqual({ done: 1 });
  });

  it('does not pass over what becomes due while the lanes are brought up to date', async () => {
    const other = source.createQueryRunner();
    await insert('a', 1);
    await claims.claimDue(request());
    await other.startTransaction();
    const uncommitted = `WITH made AS (
        INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, lane)
        SELECT gen_random_uuid(), 'a', 'slow', '', '{}', '{}', '', 'a/platform' RETURNING id, lane, due_at
      ), texts AS (INSERT INTO dispatch.contents (delivery_id, text) SELECT id, '' FROM made) ${noteDueLanes('made')}`;
    await other.query(uncommitted);
    await claims.refreshLanes();
    await other.commitTransaction();
    await other.release();
    await claims.refreshLanes();
    expect(await teamsOf()).toEqual({ a: 1 });
  });

  it('finds its way among 100,000 waiting', async () => {
    // Inserted in parts, because one statement of that size would take too long on a busy machine.
    for (let part = 0; part < 20; part += 1) await insert('mass', 5000);
    await new Sql(source).rows('ANALYZE dispatch.deliveries');
    await insert('small', 1);
    expect(await teamsOf({ count: 4 })).toEqual({ mass: 3, small: 1 });
    const plan = await new Sql(source).rows<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT id FROM dispatch.deliveries WHERE lane = 'mass/platform' AND settled_at IS NULL AND claim_id IS NULL AND due_at <= now() ORDER BY due_at LIMIT 8`,
    );
    expect(plan.map((row) => row['QUERY PLAN']).join(' ')).toContain('deliveries_due');
  });
});

describe('the health of a lane', () => {
  const unreachable: Verdict = {
    scope: 'route',
    lasting: 'transient',
    stage: 'connect',
    code: null,
    enhancedCode: null,
    reason: 'smtp_unreachable',
    reply: null,
  };
  const refused: Verdict = { ...unreachable, scope: 'message', stage: 'data', reason: 'message_refused' };
  const lane = `${randomUUID()}/custom`;

  it('fails after three failures in a row on the way to the server, until one gets there', () => {
    const health = new LaneHealth({ RETRY_DELAYS: [300_000], DISPATCH_CONCURRENCY: 16, CUSTOM_SERVER_CONNECTIONS: 3 });
    for (const failure of [unreachable, unreachable, refused, unreachable, unreachable])
      health.note(lane, { results: [], failure, fallback: false });
    expect(health.restrained()).toEqual([]);
    health.note(lane, { results: [], failure: unreachable, fallback: false });
    expect(health.restrained()).toEqual([lane]);
    health.note(lane, { results: [], failure: null, fallback: false });
    expect(health.restrained()).toEqual([]);
  });
});
