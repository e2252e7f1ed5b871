import { Client } from 'pg';
import { startTestDatabase, type TestDatabase } from './test-database.js';

async function query(db: TestDatabase, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: db.url });
  client.on('error', () => undefined); // a halted server ends the connection; only the query's own error counts
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startTestDatabase', () => {
  it('gives an empty database in UTF-8 at its URL', async () => {
    const db = await startTestDatabase();
    const rows = await query(
      db,
      `select current_setting('server_encoding') as encoding, count(*)::int as tables from pg_tables
      where schemaname = 'public'`,
    );
    await db.stop();
    expect(rows).toEqual([{ encoding: 'UTF8', tables: 0 }]);
  });

  it('keeps two databases apart', async () => {
    const [one, other] = await Promise.all([startTestDatabase(), startTestDatabase()]);
    await query(one, 'create table mine (id int)');
    const seen = await query(other, `select to_regclass('mine') as found`);
    await Promise.all([one.stop(), other.stop()]);
    expect(one.url).not.toBe(other.url);
    expect(seen).toEqual([{ found: null }]);
  });

  it.each(['fast', 'immediate'] as const)('keeps data and address across a restart (%s)', async (mode) => {
    const db = await startTestDatabase();
    await query(db, 'create table kept as select 42 as answer');
    await db.restart(mode);
    const rows = await query(db, 'select * from kept');
    await db.stop();
    expect(rows).toEqual([{ answer: 42 }]);
  });

  it('refuses connections while halted', async () => {
    const db = await startTestDatabase();
    await db.halt();
    await expect(query(db, 'select 1')).rejects.toThrow('ECONNREFUSED');
    await db.start();
    const rows = await query(db, 'select 1 as one');
    await db.stop();
    expect(rows).toEqual([{ one: 1 }]);
  });
});
