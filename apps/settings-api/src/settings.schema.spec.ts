import { dataSourceOptions, migrate, requireMigrated } from '@billing-mail/platform';
import { startTestDatabase, startTestPgBouncer, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { settingsSchema } from './settings.schema.js';

const MIGRATIONS = (settingsSchema.migrations as (new () => object)[])
  .map(({ name }) => name)
  .sort((one, other) => Number(one.slice(-13)) - Number(other.slice(-13)));

describe('the schema "settings"', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await startTestDatabase();
    source = await new DataSource(dataSourceOptions(database.url, settingsSchema)).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.stop();
  });

  it('is reached by sessions that no statement and no forgotten transaction can hold for ever', async () => {
    const limits = await source.query<object[]>(
      `SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle`,
    );
    expect(limits).toEqual([{ statement: '30s', idle: '1min' }]);
  });

  it('is asked for before the service starts', async () => {
    await expect(requireMigrated(source, 'settings-api')).rejects.toThrow(/npm run migrate/);
  });

  it('comes from the migrations as the entities have it', async () => {
    expect(await migrate(database.url, settingsSchema)).toEqual(MIGRATIONS);
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    await requireMigrated(source, 'settings-api');
  });

  it('refuses to rewrite the past', async () => {
    await source.query(`INSERT INTO settings.team_email_delivery_change VALUES ('acme', 1, now(), 'u1', '[]')`);
    for (const statement of [
      'UPDATE settings.team_email_delivery_change SET changed_by = $$u2$$',
      'DELETE FROM settings.team_email_delivery_change',
    ]) {
      await expect(source.query(statement)).rejects.toThrow(/append-only/);
    }
  });

  it.each(['alone', 'behind PgBouncer'])('is migrated once by many starts at once, and again by none, on a server %s', async (place) => {
    const other = await startTestDatabase();
    const pooler = place === 'alone' ? null : await startTestPgBouncer(other.url);
    const url = pooler?.url ?? other.url;
    for (let round = 0; round < 2; round += 1) {
      const starts = await Promise.all(Array.from({ length: 5 }, () => migrate(url, settingsSchema)));
      expect(starts.flat().sort()).toEqual(round === 0 ? [...MIGRATIONS].sort() : []);
    }
    await pooler?.stop();
    await other.stop();
  });

  it('knows the names of teams that were there before names were kept, also where two have one', async () => {
    for (const _of of MIGRATIONS.slice(MIGRATIONS.indexOf('TeamNames1800000000050'))) await source.undoLastMigration();
    await source.query(
      `INSERT INTO settings.team_email_delivery
       SELECT id, 1, name, NULL, 'en', '[]', '[]', 'platform', smtp::jsonb, false, '[]', now(), 'u1'
       FROM (VALUES ('a', 'Nordlicht', NULL), ('b', 'NORDLICHT!', '{"fromName": "Billing of b"}'), ('c', '***', '{}')) AS old (id, name, smtp)`,
    );
    await migrate(database.url, settingsSchema);
    const names = await source.query<object[]>(
      `SELECT team_id, count(*)::int AS names, count(*) FILTER (WHERE skeleton_sha256 IN
         (SELECT skeleton_sha256 FROM settings.team_name GROUP BY 1 HAVING count(*) > 1))::int AS shared
       FROM settings.team_name GROUP BY team_id ORDER BY team_id`,
    );
    expect(names).toEqual([
      { team_id: 'a', names: 1, shared: 1 },
      { team_id: 'b', names: 3, shared: 1 },
    ]);
  });

  it('can be taken back', async () => {
    for (const _of of MIGRATIONS) await source.undoLastMigration();
    const left = await source.query<object[]>(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'settings'`);
    expect(left).toEqual([{ table_name: 'migrations' }]);
  });
});
