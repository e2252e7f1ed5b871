import { eventually } from '@billing-mail/testkit';
import { type DeliveryStatistics, deliveryStatistics, problem } from '@billing-mail/contracts';
import { type Harness, startHarness } from '../testing/dispatcher-harness.js';
import { StatisticsStore } from './statistics.store.js';

describe('the statistics of the delivery log', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.stop());

  const get = (path: string, token = harness.serviceToken) =>
    harness.http().get(`/v1/teams/${path}`).set('Authorization', `Bearer ${token}`);
  const read = async (team: string, query = ''): Promise<DeliveryStatistics> => {
    const { status, body } = await get(`${team}/deliveries/statistics${query}`);
    expect(status).toBe(200);
    return deliveryStatistics.strict().parse(body);
  };
  /** Inserts deliveries of a team that were created at `at` (SQL). They are settled, so that no dispatcher works on them. */
  const keep = (team: string, at: string, status: string, count = 1, usedFallback = false) =>
    harness.sql.rows(
      `INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, status, used_fallback, lane, created_at, settled_at, due_at)
       SELECT gen_random_uuid(), $1, gen_random_uuid()::text, '', '{"id":"d","type":"invoice"}', '{"userId":"u"}', 's', $2, $4, $1, ${at}, now(), NULL
       FROM generate_series(1, $3::int)`,
      [team, status, count, usedFallback],
    );
  const none = { sent: 0, fellBack: 0, partlySent: 0, failed: 0, uncertain: 0, underWay: 0, cancelled: 0 };

  it('counts each document by what became of it, in the last 24 hours', async () => {
    await keep('fates', 'now()', 'sent', 3);
    await keep('fates', 'now()', 'sent', 2, true);
    await keep('fates', 'now()', 'partly_sent', 1, true);
    await keep('fates', 'now()', 'failed', 4, true);
    await keep('fates', 'now()', 'uncertain');
    await keep('fates', 'now()', 'cancelled');
    await keep('fates', `now() - interval '24 hours 1 minute'`, 'sent', 50);
    await keep('others', 'now()', 'sent', 70);
    const { last24Hours } = await read('fates');
    expect(last24Hours).toEqual({ ...none, sent: 3, fellBack: 2, partlySent: 1, failed: 4, uncertain: 1, cancelled: 1 });
  });

  it('takes the last 24 hours to the second, of days that are over and counted as well', async () => {
    for (const [ago, count] of Object.entries({
      '24 hours 5 seconds': 100,
      '23 hours 55 minutes': 1,
      '23 hours 40 minutes': 10,
      '0 seconds': 1000,
    }))
      await keep('edges', `now() - interval '${ago}'`, 'sent', count);
    for (const query of ['?days=3', '?days=3', '?days=1&timeZone=Pacific/Kiritimati', '?days=1&timeZone=Pacific/Pago_Pago'])
      expect((await read('edges', query)).last24Hours).toEqual({ ...none, sent: 1011 });
  });

  it('counts what is under way', async () => {
    await harness.sql.rows(
      `INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, status, lane, due_at)
       SELECT gen_random_uuid(), 'open', status, '', '{"id":"d","type":"invoice"}', '{"userId":"u"}', 's', status, 'open', now() + interval '1 hour'
       FROM unnest(ARRAY['queued', 'sending', 'waiting']) AS status`,
    );
    expect((await read('open', '?days=1')).days).toEqual([{ date: expect.any(String), ...none, underWay: 3 }]);
  });

  it('has one entry for each day up to today, the oldest first, also for days without documents', async () => {
    expect(await read('empty')).toEqual({ last24Hours: none, days: expect.anything() });
    const { days } = await read('empty', '?days=90&timeZone=Europe/Berlin');
    const dates = days.map(({ date }) => date);
    expect(dates).toHaveLength(90);
    expect(dates).toEqual([...new Set(dates)].sort());
    const steps = dates.slice(1).map((date, index) => (Date.parse(date) - Date.parse(dates[index] ?? '')) / 86_400_000);
    expect(new Set(steps)).toEqual(new Set([1]));
    expect((await read('empty')).days).toHaveLength(30);
  });

  it.each(['Pacific/Kiritimati', 'Europe/Berlin', 'America/St_Johns', 'UTC'])('ends a day at midnight in %s', async (timeZone) => {
    const team = timeZone.replace(/\W/g, '-');
    const midnight = `(date_trunc('day', now() AT TIME ZONE '${timeZone}') - interval '2 days') AT TIME ZONE '${timeZone}'`;
    await keep(team, `${midnight} - interval '1 microsecond'`, 'failed');
    await keep(team, midnight, 'sent', 2);
    const { days } = await read(team, `?days=4&timeZone=${encodeURIComponent(timeZone)}`);
    expect(days.map(({ date: _, ...counts }) => counts)).toEqual([{ ...none, failed: 1 }, { ...none, sent: 2 }, none, none]);
  });

  it('counts a day that is over once, and again when something of it has come later, changed or gone', async () => {
    const sentIn = async (): Promise<number[]> => (await read('late', '?days=5')).days.slice(0, 4).map(({ sent }) => sent);
    const kept = () => harness.sql.rows(`SELECT FROM dispatch.daily_counts WHERE team_id = 'late' AND groups IS NOT NULL`);
    const change = (statement: string) =>
      harness.sql.affected(`${statement} AND team_id = 'late' AND created_at < now() - interval '2 days'`);
    const daysAgo = (days: number) => `date_trunc('day', now(), 'UTC') - interval '${days} days' + interval '12 hours'`;
    await keep('late', daysAgo(3), 'sent', 3);
    expect(await sentIn()).toEqual([0, 3, 0, 0]);
    expect((await kept()).length).toBeGreaterThanOrEqual(2);
    await keep('late', daysAgo(3), 'sent', 2);
    expect(await sentIn()).toEqual([0, 5, 0, 0]);
    await keep('late', daysAgo(4), 'failed');
    await change(`UPDATE dispatch.deliveries SET status = 'sent' WHERE status = 'failed'`);
    expect(await sentIn()).toEqual([1, 5, 0, 0]);
    await change(`DELETE FROM dispatch.deliveries WHERE created_at = ${daysAgo(3)}`);
    expect(await sentIn()).toEqual([1, 0, 0, 0]);
  });

  it('does not keep what was counted while something of that day changed', async () => {
    const day = `date_trunc('day', now(), 'UTC') - interval '36 hours'`;
    const sent = async (): Promise<number> => (await read('raced', '?days=3')).days.reduce((sum, { sent: count }) => sum + count, 0);
    await keep('raced', day, 'sent', 2);
    await harness.sql.rows(`DELETE FROM dispatch.daily_counts WHERE team_id = 'raced'`);
    let counting: Promise<number> | undefined;
    await harness.sql.transaction(async (sql) => {
      await sql.affected(`UPDATE dispatch.deliveries SET status = 'failed' WHERE team_id = 'raced'`);
      counting = sent();
      const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%daily_counts%'`;
      await eventually(
        () => harness.sql.rows(waits),
        (found) => found.length > 0,
      );
    });
    expect(await counting).toBe(2);
    expect(await sent()).toBe(0);
  });

  it('counts a day with something open again each time', async () => {
    await harness.sql.rows(
      `INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, status, lane, due_at, created_at)
       VALUES (gen_random_uuid(), 'slow', 'slow', '', '{"id":"d","type":"invoice"}', '{"userId":"u"}', 's', 'waiting', 'slow', now() + interval '1 hour',
         now() - interval '60 hours')`,
    );
    const ofThen = async () =>
      (await read('slow', '?days=5')).days.reduce((all, { underWay, sent }) => [all[0] + underWay, all[1] + sent] as [number, number], [
        0, 0,
      ] as [number, number]);
    expect(await ofThen()).toEqual([1, 0]);
    await harness.sql.affected(`UPDATE dispatch.deliveries SET status = 'sent', settled_at = now(), due_at = NULL WHERE team_id = 'slow'`);
    expect(await ofThen()).toEqual([0, 1]);
  });

  it('shows a team to its own people only', async () => {
    const stranger = await harness.token({ teams: { elsewhere: 'admin' } });
    expect((await get('fates/deliveries/statistics', stranger)).status).toBe(404);
    const member = await harness.token({ teams: { fates: 'member' } });
    expect((await get('fates/deliveries/statistics', member)).status).toBe(200);
  });

  it.each([
    ['days=0', '/days'],
    ['days=91', '/days'],
    ['days=1.5', '/days'],
    ['days=x', '/days'],
    ['timeZone=Mars/Olympus', '/timeZone'],
    ['timeZone=%2B02:00', '/timeZone'],
    ['timeZone=', '/timeZone'],
    ["timeZone=UTC'", '/timeZone'],
    ['timeZone=UTC%00', '/timeZone'],
  ])('name what is wrong with the query %s', async (query, pointer) => {
    const answer = await get(`empty/deliveries/statistics?${query}`);
    expect(answer.status).toBe(422);
    expect(problem.parse(JSON.parse(answer.text)).errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('say so when PostgreSQL does not know a time zone that Node knows', async () => {
    const reading = harness.apps[0]?.get(StatisticsStore).read('empty', 1, 'Mars/Olympus');
    await expect(reading).rejects.toMatchObject({ status: 422, errors: [{ pointer: '/timeZone' }] });
  });
});
