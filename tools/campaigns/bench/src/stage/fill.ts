// Fills tables as years of use would, by SQL in the database itself: settled deliveries with all their parts, and
// lanes with waiting deliveries.
import { type Database } from '@billing-mail/tools/stage';
import { type BenchStage } from './bench-stage.js';

/** Number of deliveries that one statement creates. */
const BATCH = 50_000;
const TEAMS = 500;

/** Far enough ahead that nothing becomes due during a measurement. */
export const LATER_MS = 86_400_000;

/** Creates a database with `count` settled deliveries, and `lanes` lanes with one waiting delivery each. Resolves with its name. */
export async function databaseWithPast(stage: BenchStage, count: number, lanes: number): Promise<string> {
  const name = `past_${count}`;
  await stage.database(name, async (made) => {
    await fillHistory(made, count);
    await fillLanes(made, lanes, 1, LATER_MS);
  });
  return name;
}

/** Creates `count` deliveries of many teams, all older than the period for which statistics count by day. */
export async function fillHistory(database: Database, count: number): Promise<void> {
  await fillSent(database, count, `'past-' || n % ${TEAMS}`, "now() - (2000000 - n) * interval '10 seconds'");
}

/** Creates `count` deliveries of a team, spread evenly over the last thirty days. */
export async function fillMonth(database: Database, team: string, count: number): Promise<void> {
  await fillSent(database, count, `'${team}'`, `now() - (${count} - n) * interval '30 days' / ${count}`);
}

/**
 * Creates sent deliveries with one recipient, one attachment and one try each. `team` and `at` are SQL expressions
 * of the delivery's number, `n`.
 */
async function fillSent(database: Database, count: number, team: string, at: string): Promise<void> {
  const indexes = await dropWordIndexes(database);
  await checkReferences(database, false);
  for (let from = 0; from < count; from += BATCH) {
    await database.rows(
      `WITH made AS (
         INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, status, route, platform_tries,
                                          lane, due_at, created_at, settled_at)
         SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid, team, 'past-' || n,
                md5(n::text), jsonb_build_object('id', 'past-' || n, 'type', 'invoice'),
                '{"userId":"clerk"}', 'Invoice ' || n, 'sent', 'platform', 1, team || '/platform', NULL, at, at
         FROM (SELECT n, ${team} AS team, ${at} AS at FROM generate_series($1::int, $2::int) n) numbers
         RETURNING id, key, created_at
       ), texts AS (
         INSERT INTO dispatch.contents (delivery_id, text) SELECT id, 'Please find attached our invoice ' || key FROM made
       ), words AS (
         INSERT INTO dispatch.search_texts (delivery_id, text)
         SELECT id, concat_ws(chr(10), key, 'invoice ' || key, key || '@customer.example') FROM made
       ), files AS (
         INSERT INTO dispatch.attachments (delivery_id, position, filename, content_type, sha256, size)
         SELECT id, 0, key || '.pdf', 'application/pdf', md5(key) || md5(key), 150000 FROM made
       ), tries AS (
         INSERT INTO dispatch.attempts (id, delivery_id, number, route, claim_id, started_at, duration_ms, outcome, server)
         SELECT gen_random_uuid(), id, 1, 'platform', gen_random_uuid(), created_at, 20, 'accepted', 'smtp.example:587' FROM made
       )
       INSERT INTO dispatch.recipients (delivery_id, position, address, role, status, route, at)
       SELECT id, 0, key || '@customer.example', 'to', 'accepted', 'platform', created_at FROM made`,
      [from + 1, Math.min(from + BATCH, count)],
    );
  }
  await checkReferences(database, true);
  for (const index of indexes) await database.rows(index);
  await tidy(database);
}

/** Turns the check of foreign keys on or off: the rows created here are consistent, and millions of checks take minutes. */
async function checkReferences(database: Database, isChecked: boolean): Promise<void> {
  const tables = await database.rows<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'dispatch'`,
  );
  for (const { name } of tables)
    await database.rows(
      isChecked ? `ALTER TABLE ${name} ENABLE TRIGGER ALL` : `ALTER TABLE ${name} DISABLE TRIGGER ALL, ENABLE TRIGGER USER`,
    );
}

/**
 * Creates one lane per team, for a number of teams or for the given ones, with `each` unclaimed deliveries that become due after `dueInMs`.
 */
export async function fillLanes(database: Database, lanes: number | readonly string[], each: number, dueInMs: number): Promise<void> {
  const teams = typeof lanes === 'number' ? Array.from({ length: lanes }, (_, index) => `lane-${index + 1}`) : lanes;
  await database.rows(
    `WITH made AS (
       INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, lane, due_at)
       SELECT gen_random_uuid(), team, 'waits-' || gen_random_uuid(), 'waits', '{"id":"waits","type":"invoice"}', '{"userId":"clerk"}', 'Waits',
              team || '/platform', now() + ($3 + number) * interval '1 millisecond'
       FROM (SELECT team, number FROM unnest($1::text[]) team, generate_series(1, $2::int) number) teams
       RETURNING id
     ), texts AS (
       INSERT INTO dispatch.contents (delivery_id, text) SELECT id, 'Waits' FROM made
     )
     INSERT INTO dispatch.recipients (delivery_id, position, address, role) SELECT id, 0, 'waits@customer.example', 'to' FROM made`,
    [teams, each, dueInMs],
  );
  await noteLanes(database);
  await tidy(database);
}

/** Creates `count` notifications of a user, who has read all but ten of them. */
export async function fillNotifications(database: Database, team: string, user: string, count: number): Promise<void> {
  await database.rows(
    `INSERT INTO notify.notifications (team_id, user_id, type, severity, params, position)
     SELECT $1, $2, 'webhook_off', 'error', '{"kind":"webhook_off","host":"hooks.example","reason":"failing"}', n FROM generate_series(1, $3::int) n`,
    [team, user, count],
  );
  await database.rows('UPDATE notify.stream_clock SET position = $1', [count]);
  await database.rows('INSERT INTO notify.read_until (user_id, team_id, position) VALUES ($1, $2, $3)', [user, team, count - 10]);
  await tidy(database);
}

/** Returns everything that is claimed to the state after `fillLanes`. */
export async function giveBack(database: Database): Promise<void> {
  await database.rows(
    `UPDATE dispatch.deliveries SET claim_id = NULL, claimed_by = NULL, status = 'queued', crashes = 0, due_at = now() - interval '1 second'
     WHERE settled_at IS NULL`,
  );
  await noteLanes(database);
  await tidy(database);
}

async function noteLanes(database: Database): Promise<void> {
  await database.rows(
    `INSERT INTO dispatch.lanes (lane, next_due_at)
     SELECT lane, min(due_at) FROM dispatch.deliveries WHERE settled_at IS NULL AND claim_id IS NULL GROUP BY lane
     ON CONFLICT (lane) DO UPDATE SET next_due_at = excluded.next_due_at`,
  );
}

/**
 * Drops the full-text indexes, because filling them row by row takes ten times as long as creating them at the end. Returns the
 * statements that create them again.
 */
async function dropWordIndexes(database: Database): Promise<string[]> {
  const indexes = await database.rows<{ name: string; definition: string }>(
    `SELECT format('%I.%I', schemaname, indexname) AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = 'dispatch' AND indexdef LIKE '% USING gin %'`,
  );
  for (const { name } of indexes) await database.rows(`DROP INDEX ${name}`);
  return indexes.map(({ definition }) => definition);
}

const tidy = (database: Database): Promise<unknown> => database.rows('VACUUM (ANALYZE)');
