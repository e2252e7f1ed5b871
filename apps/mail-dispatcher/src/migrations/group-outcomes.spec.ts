import { OutboxStore } from '../records/outbox.store.js';
import { type OlderDatabase, startOlderDatabase } from '../testing/older-database.js';
import { GroupOutcomes1796500000000 } from './1796500000000-group-outcomes.js';

describe('a database that was installed before outcomes travelled in groups', () => {
  let older: OlderDatabase;
  beforeAll(async () => {
    older = await startOlderDatabase(GroupOutcomes1796500000000);
  });
  afterAll(() => older.stop());

  const add = (eventId: string, acknowledged: 'now()' | 'NULL') =>
    older.sql.rows(
      `INSERT INTO dispatch.outbox (id, payload, acknowledged_at) VALUES (gen_random_uuid(), jsonb_build_object('eventId', $1::text), ${acknowledged})`,
      [eventId],
    );

  it('forgets what was acknowledged, and tells the rest in groups', async () => {
    await add('told', 'now()');
    await add('untold', 'NULL');
    await older.update();
    expect((await new OutboxStore(older.sql).takeGroup(0)).events).toEqual([{ eventId: 'untold' }]);
    expect(await older.sql.rows('SELECT 1 FROM dispatch.outbox')).toHaveLength(1);
  });

  it('can go back and forth', async () => {
    await older.source.undoLastMigration();
    await add('again', 'NULL');
    await older.update();
    const { events } = await new OutboxStore(older.sql).takeGroup(1000);
    expect(events).toHaveLength(2);
    expect(events).toContainEqual({ eventId: 'again' });
  });
});
