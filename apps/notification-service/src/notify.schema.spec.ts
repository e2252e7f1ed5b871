import { dataSourceOptions, migrate } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { NOTIFY_SCHEMA } from './notify.schema.js';

const MIGRATIONS = 4;

describe('the schema notify', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());

  it('is made by the migrations just as the entities describe it, once', async () => {
    expect(await migrate(db.url, NOTIFY_SCHEMA)).toHaveLength(MIGRATIONS);
    expect(await migrate(db.url, NOTIFY_SCHEMA)).toEqual([]);
    const source = await new DataSource(dataSourceOptions(db.url, NOTIFY_SCHEMA)).initialize();
    const log = await source.driver.createSchemaBuilder().log();
    await source.destroy();
    expect(log.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('can be taken back', async () => {
    const source = await new DataSource(dataSourceOptions(db.url, NOTIFY_SCHEMA)).initialize();
    for (let index = 0; index < MIGRATIONS; index += 1) await source.undoLastMigration();
    const tables = await source.query<unknown[]>(`SELECT FROM pg_tables WHERE schemaname = 'notify' AND tablename <> 'migrations'`);
    await source.destroy();
    expect(tables).toHaveLength(0);
  });
});
