import { dataSourceOptions, migrate, requireMigrated } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { settingsSchema } from './settings-schema.js';

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

  it('is asked for before the service starts', async () => {
    await expect(requireMigrated(source, 'settings-api')).rejects.toThrow(/npm run migrate/);
  });

  it('comes from the migrations as the entities have it', async () => {
    expect(await migrate(database.url, settingsSchema)).toEqual(['CreateEmailDelivery1794700800000']);
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

  it('is migrated once by many starts at once, and again by none', async () => {
    const other = await startTestDatabase();
    const starts = await Promise.all(Array.from({ length: 5 }, () => migrate(other.url, settingsSchema)));
    expect(starts.flat()).toEqual(['CreateEmailDelivery1794700800000']);
    expect(await migrate(other.url, settingsSchema)).toEqual([]);
    await other.stop();
  });

  it('can be taken back', async () => {
    await source.undoLastMigration();
    const left = await source.query<object[]>(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'settings'`);
    expect(left).toEqual([{ table_name: 'migrations' }]);
  });
});
