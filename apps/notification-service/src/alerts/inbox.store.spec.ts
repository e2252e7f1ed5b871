import { migrate } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { notifySchema } from '../notify.schema.js';
import { UNREAD_OF_USER } from './inbox.store.js';

const NOTIFICATIONS = 20_000;

describe('counting what is unread', () => {
  let db: TestDatabase;
  let database: DataSource;
  beforeAll(async () => {
    db = await startTestDatabase();
    await migrate(db.url, notifySchema);
    database = await new DataSource({ type: 'postgres', url: db.url }).initialize();
  });
  afterAll(async () => {
    await database.destroy();
    await db.stop();
  });

  // If one user or one team has all notifications, PostgreSQL expects no gain from an index by user and team.
  it.each([
    ['one user has all of them', 'clerk'],
    ['the whole team is told all of them', null],
  ])('looks at what came since all was read and at nothing before, where %s', async (_name, userId) => {
    await database.query('TRUNCATE notify.notifications, notify.read_until CASCADE');
    await database.query(
      `INSERT INTO notify.notifications (team_id, user_id, type, severity, params, position)
       SELECT 'acme', $1, 'webhook_off', 'error', '{"kind":"webhook_off"}', n FROM generate_series(1, $2::int) n`,
      [userId, NOTIFICATIONS],
    );
    await database.query(`INSERT INTO notify.read_until (user_id, team_id, position) VALUES ('clerk', 'acme', $1)`, [NOTIFICATIONS - 10]);
    await database.query('VACUUM (ANALYZE)');
    // The second team has no notifications.
    const reader = ['clerk', ['acme', 'globex']];
    expect(await database.query(UNREAD_OF_USER, reader)).toEqual([{ count: 10 }]);
    const [explained] = await database.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }[]>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT json) ${UNREAD_OF_USER}`,
      reader,
    );
    const { 'Shared Hit Blocks': hit = NaN, 'Shared Read Blocks': read = NaN } = explained?.['QUERY PLAN'][0].Plan ?? {};
    // The notifications take hundreds of pages.
    expect(hit + read).toBeLessThan(60);
  });
});
