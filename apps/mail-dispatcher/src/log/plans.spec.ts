// Tests that every statement of a delivery and of the log finds its rows by an index, however many past deliveries there are.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '@billing-mail/testkit';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type Pool } from 'pg';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsStore } from '../claiming/claims.store.js';
import { OutboxStore } from '../records/outbox.store.js';
import { TroublesStore } from '../records/troubles.store.js';
import { SettlementStore } from '../settling/settlement.store.js';
import { type FactsReport } from '../settling/try-report.js';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const PAST = 20_000;
const TEAMS = 100;
/** The tables that grow with every delivery, for years. */
const GROWING = ['deliveries', 'contents', 'attachments', 'recipients', 'attempts', 'search_texts'];
/** How much a statement reads may depend on what it returns, but not on the size of its tables, which have ten times as many blocks. */
const MOST_BLOCKS = 600;
/** The id of the nth past delivery, in the form of a UUID of version 7. */
const PAST_ID = `overlay(overlay(md5(n::text) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid`;

/** Waiting deliveries of a team are shown in pages of fifty, and the statistics read one row for each past day. */
const MOST_ROWS = 200;

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
};
type Explained = { 'Query Text': string; Plan: Plan };

describe('the statements of a delivery and of the log', () => {
  let harness: Harness;
  const explained: Explained[] = [];
  beforeAll(async () => {
    harness = await startHarness();
    for (const teamId of ['acme', 'down']) await harness.saveSettings(teamSettings(teamId));
    const first = invoice({ key: 'first' });
    await harness.publish(first);
    await harness.until('acme', first.key);
    await multiply();
    await explain(harness.apps[0] as NestExpressApplication);
  });
  afterAll(() => harness.stop());

  /** Adds as many deliveries as years of use would leave, each a copy of the first. */
  async function multiply(): Promise<void> {
    const numbers = `generate_series(1, ${PAST}) AS n`;
    await harness.sql.rows(
      `INSERT INTO dispatch.deliveries SELECT made.* FROM dispatch.deliveries d, ${numbers}, LATERAL jsonb_populate_record(d, jsonb_build_object(
         'id', ${PAST_ID}, 'key', 'past-' || n, 'team_id', CASE n % ${TEAMS} WHEN 0 THEN 'acme' ELSE 'past-' || n % ${TEAMS} END,
         'created_at', now() - n * interval '1 hour', 'settled_at', now() - n * interval '1 hour',
         'document', jsonb_build_object('id', 'past-' || n, 'type', 'invoice'), 'revision', 0)) AS made WHERE d.key = 'first'`,
    );
    for (const table of GROWING.slice(1))
      await harness.sql.rows(
        `INSERT INTO dispatch.${table} SELECT made.* FROM dispatch.${table} t JOIN dispatch.deliveries d ON d.id = t.delivery_id AND d.key = 'first',
         ${numbers}, LATERAL jsonb_populate_record(t, jsonb_build_object('delivery_id', ${PAST_ID}, 'id', gen_random_uuid(),
           'address', 'past-' || n || '@customer.example', 'text', 'invoice past-' || n)) AS made`,
      );
    await harness.sql.rows('ANALYZE');
  }

  /** Makes PostgreSQL report the plan of every statement that it runs for the dispatcher from now on. */
  async function explain(app: NestExpressApplication): Promise<void> {
    const pool = (app.get(DataSource).driver as unknown as { master: Pool }).master;
    pool.on('connect', (client) => {
      client.on('notice', ({ message }) => {
        const plan = /^duration: \S+ ms {2}plan:\n/.exec(message ?? '');
        if (plan !== null) explained.push(JSON.parse((message ?? '').slice(plan[0].length)) as Explained);
      });
    });
    const settings = {
      log_min_duration: 0,
      log_analyze: 'on',
      log_buffers: 'on',
      log_timing: 'off',
      log_format: 'json',
      log_level: 'notice',
    };
    await harness.sql.rows(`ALTER SYSTEM SET session_preload_libraries = 'auto_explain'`);
    for (const [name, value] of Object.entries(settings)) await harness.sql.rows(`ALTER SYSTEM SET auto_explain.${name} = '${value}'`);
    await harness.sql.rows('SELECT pg_reload_conf()');
    await harness.sql.rows(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
    );
  }

  const read = async (path: string): Promise<void> => {
    const answer = await harness.http().get(`/v1/teams/acme/${path}`).set('Authorization', `Bearer ${harness.serviceToken}`);
    expect([path, answer.status]).toEqual([path, 200]);
  };

  const scansOf = (plan: Plan): string[] => [
    ...(plan['Node Type'] === 'Seq Scan' && GROWING.includes(plan['Relation Name'] ?? '') ? [plan['Relation Name'] ?? ''] : []),
    ...(plan.Plans ?? []).flatMap(scansOf),
  ];
  const dear = (): string[] =>
    explained
      .map(({ Plan: plan, 'Query Text': text }) => ({
        text,
        blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
        scans: scansOf(plan),
      }))
      .filter(({ blocks, scans }) => blocks > MOST_BLOCKS || scans.length > 0)
      .map(({ text, blocks, scans }) => `${blocks} blocks, scans ${scans.join(', ') || 'nothing'}: ${text}`);
  const rowsOf = (plan: Plan): number =>
    (plan['Relation Name'] === undefined ? 0 : (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']) +
    (plan.Plans ?? []).reduce((sum, part) => sum + rowsOf(part), 0);
  const isExplained = (part: string): boolean => explained.some(({ 'Query Text': text }) => text.includes(part));

  it('reads no table of the past from one end to the other to deliver, to wait and to try again', async () => {
    const jobs = Array.from({ length: 20 }, () => invoice());
    await Promise.all(jobs.map((job) => harness.publish(job)));
    await Promise.all(jobs.map(({ key }) => harness.until('acme', key)));
    harness.platform.script = { rcpt: () => '451 4.3.0 later' };
    const waits = invoice({ teamId: 'down' });
    await harness.publish(waits);
    await harness.until('down', waits.key);
    await harness.publish(waits);
    harness.platform.script = {};
    for (const part of [
      'INTO dispatch.deliveries',
      'released',
      'INTO dispatch.outbox',
      'longest_due',
      'given_back',
      'USING (team_id, key)',
    ])
      await eventually(() => isExplained(part), Boolean);
    expect(dear()).toEqual([]);
  });

  it('reads none of them for what follows: outcomes, leases, late answers', async () => {
    const app = harness.apps[0] as NestExpressApplication;
    const [{ id } = { id: '' }] = await harness.sql.rows<{ id: string }>(`SELECT id FROM dispatch.deliveries WHERE key = 'first'`);
    const [jobId, claimId, attemptId] = [uuidv7(), randomUUID(), randomUUID()];
    const outbox = app.get(OutboxStore);
    await outbox.handOver({ jobId, eventIds: [jobId] }, 3000);
    await outbox.acknowledgeEvents([jobId]);
    await outbox.acknowledge([jobId]);
    await outbox.eventsOf(jobId);
    await app.get(ClaimsStore).renew([{ id, claimId }], 3000);
    const store = app.get(SettlementStore);
    const nobodyAsks = (): never => {
      throw new Error('It is not decided again: the claim is another one.');
    };
    expect(await store.redecide({ id, claimId }, nobodyAsks)).toBeNull();
    const report: FactsReport = {
      ...{ deliveryId: id, attemptId, route: 'platform' },
      results: [{ position: 0, outcome: 'accepted', reply: '250 ok' }],
    };
    expect(await store.recordFacts(report)).toBe(true);
    for (const part of [
      'WITH oldest AS', // a group of outcomes is made
      'WITH own AS', // handed over
      'WITH due AS MATERIALIZED', // looked at
      'DELETE FROM dispatch.outbox WHERE id = ANY', // and acknowledged
      'DELETE FROM dispatch.outbox WHERE job_id = ANY',
      'AS c (id, claim_id)', // leases are renewed
      'OR team_id = $2) FOR UPDATE', // what became known late is decided under a lock
      'UPDATE dispatch.attempts SET released',
      'WITH seen AS MATERIALIZED', // lanes are brought up to date
    ])
      await eventually(() => isExplained(part), Boolean);
    expect(dear()).toEqual([]);
  });

  it('reads none of them to show the log', async () => {
    explained.length = 0;
    const past = await harness.sql.rows<{ id: string; at: Date }>(
      `SELECT id, created_at AS at FROM dispatch.deliveries WHERE team_id = 'acme' ORDER BY created_at DESC LIMIT 60`,
    );
    const [middle, last] = [past[30], past[59]];
    const until = encodeURIComponent(middle?.at.toISOString() ?? '');
    for (const query of [
      '',
      '?status=sent',
      '?status=waiting',
      '?status=failed',
      '?documentId=past-500',
      '?recipient=past-500@customer.example',
      '?search=past-500',
      '?search=nowhere',
      '?search=nowhere@prod.outlook.com',
      '?search=00000000-0000-4000-8000-000000000000@platform.example',
      `?until=${until}`,
      `?from=${until}`,
    ])
      await read(`deliveries${query}`);
    const { body } = await harness.http().get('/v1/teams/acme/deliveries').set('Authorization', `Bearer ${harness.serviceToken}`);
    await read(`deliveries?cursor=${encodeURIComponent(String(body.nextCursor))}`);
    await read(`deliveries/${last?.id}`);
    await read('deliveries/statistics');
    const limited = { sender: 'custom', smtp: ownServer(harness.custom.port, { limits: { messagesPerMinute: 30 } }) } as const;
    await harness.saveSettings(teamSettings('acme', limited));
    await eventually(async () => (await read('deliveries/forecast'), isExplained('"dueInMs"')), Boolean);
    expect(explained.length).toBeGreaterThan(15);
    expect(dear()).toEqual([]);
  });

  /** Counts the waiting deliveries as for the alert that a route does not work. The alert is not raised. */
  async function countWaiting(lane: string): Promise<void> {
    const troubles = (harness.apps[0] as NestExpressApplication).get(TroublesStore);
    await troubles.note(lane, 1000, 0);
    const enough = new Error('The rest is not written.');
    const outcomeOf = (): never => {
      throw enough;
    };
    await expect(troubles.tell(lane, outcomeOf)).rejects.toBe(enough);
    await eventually(() => isExplained('AS waiting'), Boolean);
  }

  it('reads a page of what waits, what waits by a way that does not work, and a row for each day that is over, however many a team has', async () => {
    const fill = (status: string, count: number, created: string, settled: string, due: string) =>
      harness.sql.rows(
        `INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, status, lane, created_at, settled_at, due_at)
         SELECT gen_random_uuid(), 'acme', gen_random_uuid()::text, '', '{"id":"many","type":"invoice"}', '{"userId":"u"}', 's', $1, 'many', ${created}, ${settled}, ${due}
         FROM generate_series(1, $2::int) AS n`,
        [status, count],
      );
    await fill('sent', 6000, `now() - interval '2 days' - n * interval '6 minutes'`, 'now()', 'NULL');
    await fill('waiting', 60, `now() - n * interval '1 second'`, 'NULL', `now() + interval '1 day'`);
    await harness.sql.rows('VACUUM ANALYZE dispatch.deliveries');
    await read('deliveries/statistics');
    explained.length = 0;
    await read('deliveries/statistics');
    await fill('queued', 3000, `now() - n * interval '10 milliseconds'`, 'NULL', `now() + interval '1 day'`);
    await harness.sql.rows('ANALYZE dispatch.deliveries');
    await read('deliveries?status=waiting');
    await countWaiting('down/platform');
    const reading = explained.filter(({ 'Query Text': text }) => /daily_counts|24 hours|"nextTryAt"|AS waiting/.test(text));
    expect(reading.length).toBeGreaterThanOrEqual(3);
    expect(reading.filter(({ Plan: plan }) => rowsOf(plan) > MOST_ROWS).map((of) => [rowsOf(of.Plan), of['Query Text']])).toEqual([]);
  });

  it('are not the only ones: an operator asks those of the runbook, which PostgreSQL understands', async () => {
    const runbook = readFileSync(path.resolve(__dirname, '../../../../docs/runbook.md'), 'utf8');
    const questions = [...runbook.matchAll(/`(SELECT (?!…)[^`]+)`/g)].map(([, question = '']) => question);
    expect(questions.length).toBeGreaterThanOrEqual(8);
    for (const question of questions) await harness.sql.rows(question);
  });
});
