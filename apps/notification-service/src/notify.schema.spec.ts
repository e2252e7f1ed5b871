import { createLogger, dataSourceOptions, eraseFrom, ExpireRows, migrate, onConnection, rowsAbout } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { expiriesOf } from './keeping/expiries.js';
import { type NotificationEnv } from './notification.env.js';
import { ERASURE, notifySchema } from './notify.schema.js';

const MIGRATIONS = (notifySchema.migrations as unknown[]).length;

describe('the schema notify', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());

  it('is made by the migrations, once', async () => {
    expect(await migrate(db.url, notifySchema)).toHaveLength(MIGRATIONS);
    expect(await migrate(db.url, notifySchema)).toEqual([]);
  });

  it('lets go of what is over, but for a group that counts, an e-mail that is owed, and a team under a legal hold', async () => {
    const source = await new DataSource(dataSourceOptions(db.url, notifySchema)).initialize();
    await source.query(`INSERT INTO notify.legal_holds VALUES ('held')`);
    await source.query(
      `INSERT INTO notify.notifications (id, team_id, user_id, type, severity, params, open_group, created_at)
       SELECT id::uuid, team, 'u1', 'delivery_failed', 'error', '{}', open_group, now() - age::interval FROM (VALUES
         ('00000000-0000-4000-8000-000000000001', 'acme', NULL, '31 days'), ('00000000-0000-4000-8000-000000000002', 'acme', NULL, '29 days'),
         ('00000000-0000-4000-8000-000000000003', 'held', NULL, '31 days'), ('00000000-0000-4000-8000-000000000004', 'acme', 'down', '31 days'),
         ('00000000-0000-4000-8000-000000000005', 'acme', NULL, '31 days')) AS n (id, team, open_group, age)`,
    );
    await source.query(
      `INSERT INTO notify.email_outbox (notification_id, status, wanted_count, due_at)
       VALUES ('00000000-0000-4000-8000-000000000001', 'sent', 1, now()), ('00000000-0000-4000-8000-000000000005', 'waiting', 1, now())`,
    );
    await source.query(
      `INSERT INTO notify.processed_events SELECT gen_random_uuid(), now() - n * interval '1 day' FROM generate_series(29, 31) AS n`,
    );
    await source.query(
      `INSERT INTO notify.rejected_outcomes SELECT 'hash ' || n, 'job', 'x', '[]', now() - n * interval '1 day' FROM generate_series(29, 31) AS n`,
    );
    await source.query(
      `INSERT INTO notify.webhooks (id, team_id, url, admins) VALUES ('00000000-0000-4000-8000-000000000009', 'acme', 'https://x.example', '{}')`,
    );
    await source.query(
      `INSERT INTO notify.webhook_messages (webhook_id, event_id, team_id, type, occurred_at, body, status, due_at)
       SELECT '00000000-0000-4000-8000-000000000009', gen_random_uuid(), team, 'delivery.sent', now() - age::interval, '{}', status, now() - due::interval
       FROM (VALUES ('acme', '31 days', 'delivered', '31 days'), ('acme', '29 days', 'delivered', '29 days'), ('held', '31 days', 'failed', '31 days'),
                    ('acme', '31 days', 'waiting', '1 minute'), ('acme', '31 days', 'waiting', '31 days')) AS m (team, age, status, due)`,
    );
    await source.query(
      `INSERT INTO notify.contacts (team_id, user_id, learned_at, seen_at)
       SELECT 'acme', 'u' || age, 'epoch', now() - age * interval '1 day' FROM (VALUES (179), (181)) AS c (age)`,
    );
    const days = (count: number): number => count * 24 * 60 * 60 * 1000;
    const kept = { RETENTION_NOTIFICATIONS: days(30), RETENTION_EVENTS: days(30) } as NotificationEnv;
    const counts = await new ExpireRows(source, createLogger('test', 'silent'), expiriesOf(kept)).expire();
    // Rows that are thirty days old have also expired by the time that the statement runs.
    expect(counts).toEqual({ contacts: 1, notifications: 1, processed_events: 2, rejected_outcomes: 2, webhook_messages: 2 });
    const left = await source.query<{ id: string }[]>(`SELECT right(id::text, 1) AS id FROM notify.notifications ORDER BY 1`);
    const contacts = await source.query<unknown[]>(`SELECT user_id FROM notify.contacts`);
    await source.destroy();
    expect(left.map(({ id }) => id)).toEqual(['2', '3', '4', '5']);
    expect(contacts).toEqual([{ user_id: 'u179' }]);
  });

  it('forgets a person with the name, but for one of a team under a legal hold', async () => {
    const [known, erasure, left] = await onConnection(db.url, async (client) => {
      await client.query(
        `INSERT INTO notify.people (user_id, name, email, teams) VALUES
           ('u1', 'Maria Berg', 'maria@acme.example', '{"acme":"admin"}'), ('u2', 'Maria Berg', 'maria@acme.example', NULL),
           ('u3', 'Maria Berg', 'maria@acme.example', '{"held":"former"}'), ('u4', 'Ann Maria', 'ann.maria@acme.example', NULL)`,
      );
      const found = await rowsAbout(client, 'notify', 'maria@acme.example');
      const erased = await eraseFrom(client, 'notify', 'maria@acme.example', ERASURE, ['held']);
      return [found, erased, (await client.query<{ id: string }>('SELECT user_id AS id FROM notify.people ORDER BY 1')).rows] as const;
    });
    expect(known.map(({ row }) => [row.user_id, row.name])).toEqual(['u1', 'u2', 'u3'].map((id) => [id, 'Maria Berg']));
    expect(erasure.changed).toEqual({ 'notify.people': 2 });
    expect(erasure.left).toEqual([{ table: 'notify.people', rows: 1, why: 'a team is under a legal hold' }]);
    expect(left.map(({ id }) => id)).toEqual(['u3', 'u4']);
  });

  it('can be taken back', async () => {
    const source = await new DataSource(dataSourceOptions(db.url, notifySchema)).initialize();
    for (let index = 0; index < MIGRATIONS; index += 1) await source.undoLastMigration();
    const tables = await source.query<unknown[]>(`SELECT FROM pg_tables WHERE schemaname = 'notify' AND tablename <> 'migrations'`);
    await source.destroy();
    expect(tables).toHaveLength(0);
  });
});
