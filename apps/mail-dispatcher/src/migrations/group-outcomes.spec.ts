import { dataSourceOptions, migrate, Sql } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { dispatchSchema } from '../dispatch.schema.js';
import { OutboxStore } from '../records/outbox.store.js';
import { Deliveries1790000000000 } from './1790000000000-deliveries.js';
import { FindDeliveries1795500000000 } from './1795500000000-find-deliveries.js';
import { GroupOutcomes1796500000000 } from './1796500000000-group-outcomes.js';

const before = { ...dispatchSchema, migrations: [Deliveries1790000000000, FindDeliveries1795500000000] };
const after = { ...dispatchSchema, migrations: [...before.migrations, GroupOutcomes1796500000000] };

describe('a database that was installed before outcomes travelled in groups', () => {
  let database: TestDatabase;
  let source: DataSource;
  let sql: Sql;
  beforeAll(async () => {
    database = await startTestDatabase();
    await migrate(database.url, before);
    source = await new DataSource(dataSourceOptions(database.url, after)).initialize();
    sql = new Sql(source);
  });
  afterAll(async () => {
    await source.destroy();
    await database.stop();
  });

  const add = (eventId: string, acknowledged: 'now()' | 'NULL') =>
    sql.rows(
      `INSERT INTO dispatch.outbox (id, payload, acknowledged_at) VALUES (gen_random_uuid(), jsonb_build_object('eventId', $1::text), ${acknowledged})`,
      [eventId],
    );

  it('forgets what was acknowledged, and tells the rest in groups', async () => {
    await add('told', 'now()');
    await add('untold', 'NULL');
    await migrate(database.url, after);
    expect((await new OutboxStore(source).takeGroup(0)).events).toEqual([{ eventId: 'untold' }]);
    expect(await sql.rows('SELECT 1 FROM dispatch.outbox')).toHaveLength(1);
  });

  it('can go back and forth', async () => {
    await source.undoLastMigration();
    await add('again', 'NULL');
    await migrate(database.url, after);
    const { events } = await new OutboxStore(source).takeGroup(1000);
    expect(events).toHaveLength(2);
    expect(events).toContainEqual({ eventId: 'again' });
  });
});
