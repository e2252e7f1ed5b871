import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { Client } from 'pg';
import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { buildIndex } from './change-while-in-use.js';
import { migrate } from './migrate.js';

class Things1000000000001 implements MigrationInterface {
  readonly name = 'Things1000000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE shop.things (id int PRIMARY KEY, size int)');
    await runner.query('INSERT INTO shop.things SELECT n, n FROM generate_series(1, 1500) AS n');
  }
  async down(): Promise<void> {}
}

const INDEX = { name: 'shop.things_by_size', table: 'shop.things', on: '(size)' };

class Sizes1000000000002 implements MigrationInterface {
  readonly name = 'Sizes1000000000002';
  readonly transaction = false;
  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, INDEX);
  }
  async down(): Promise<void> {}
}

const schemaOf = (...migrations: (new () => MigrationInterface)[]) => ({ name: 'shop', entities: [], migrations });

describe('a migration of a table that is in use', () => {
  let db: TestDatabase;
  const clients: Client[] = [];
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: db.url });
    await client.connect();
    clients.push(client);
    return client;
  };
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await db.stop();
  });

  it('builds its index beside those who write, from two processes at once, once', async () => {
    await migrate(db.url, schemaOf(Things1000000000001));
    const [open, writer] = [await connect(), await connect()];
    await open.query('BEGIN');
    await open.query('INSERT INTO shop.things VALUES (-1)');
    const both = [1, 2].map(() => migrate(db.url, schemaOf(Things1000000000001, Sizes1000000000002)));
    // The build of the index waits for the open transaction, and lets everybody else write meanwhile.
    const waits = `SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'`;
    while ((await writer.query(waits)).rowCount === 0);
    await writer.query(`SET lock_timeout = '60s'`);
    await writer.query('INSERT INTO shop.things VALUES (-2)');
    await open.query('COMMIT');
    expect((await Promise.all(both)).flat()).toEqual(['Sizes1000000000002']);
    expect(await isValid(writer)).toBe(true);
  });

  it('begins again where it was broken off: an index that is half built is made anew', async () => {
    const client = await connect();
    await client.query('DROP INDEX shop.things_by_size');
    await client.query('UPDATE shop.things SET size = 1 WHERE id < 3');
    await expect(client.query('CREATE UNIQUE INDEX CONCURRENTLY things_by_size ON shop.things (size)')).rejects.toThrow();
    expect(await isValid(client)).toBe(false);
    await client.query(`DELETE FROM shop.migrations WHERE name = 'Sizes1000000000002'`);
    expect(await migrate(db.url, schemaOf(Things1000000000001, Sizes1000000000002))).toEqual(['Sizes1000000000002']);
    expect(await isValid(client)).toBe(true);
  });

  const isValid = async (client: Client): Promise<boolean> =>
    (await client.query<{ valid: boolean }>(`SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'shop.things_by_size'::regclass`))
      .rows[0]?.valid === true;
});
