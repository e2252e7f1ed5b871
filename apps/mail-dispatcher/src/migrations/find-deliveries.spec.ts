import { dataSourceOptions, extension, migrate, requireMigrated, Sql } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { dispatchSchema } from '../dispatch.schema.js';
import { Deliveries1790000000000 } from './1790000000000-deliveries.js';
import { FindDeliveries1795500000000 } from './1795500000000-find-deliveries.js';

const searchable = { ...dispatchSchema, migrations: [Deliveries1790000000000, FindDeliveries1795500000000] };

describe('a database that was installed before deliveries could be searched', () => {
  let database: TestDatabase;
  let source: DataSource;
  let sql: Sql;
  beforeEach(async () => {
    database = await startTestDatabase();
    await migrate(database.url, { ...dispatchSchema, migrations: [Deliveries1790000000000] });
    source = await new DataSource(dataSourceOptions(database.url, searchable)).initialize();
    sql = new Sql(source);
  });
  afterEach(async () => {
    await source.destroy();
    await database.stop();
  });

  const keep = (id: number, subject: string) =>
    sql.rows(
      `INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, lane)
       VALUES (lpad($1::text, 32, '0')::uuid, 'acme', $1::text, '', '{"id":"Inv-1","number":"RE-1","type":"invoice"}', '{"userId":"u"}', $2, 'acme')`,
      [id, subject],
    );
  const texts = async () =>
    (await sql.rows<{ text: string }>('SELECT text FROM dispatch.search_texts ORDER BY delivery_id')).map(({ text }) => text);

  it('gets the words of what it has, also where a delivery lost its recipients', async () => {
    await keep(1, 'Übersicht');
    await keep(2, 'Ohne');
    await sql.rows(
      `INSERT INTO dispatch.recipients (delivery_id, position, address, name, role)
       SELECT lpad('1', 32, '0')::uuid, n, 'B' || n || '@X.example', CASE n WHEN 0 THEN 'Änne' END, 'to' FROM generate_series(0, 1) n`,
    );
    await migrate(database.url, dispatchSchema);
    expect(await texts()).toEqual(['übersicht\nre-1\ninv-1\nänne b0@x.example\nb1@x.example', 'ohne\nre-1\ninv-1']);
  });

  it('uses the extension where somebody installed it in another schema', async () => {
    await sql.rows('CREATE SCHEMA "Extensions"');
    await sql.rows('CREATE EXTENSION pg_trgm SCHEMA "Extensions"');
    await migrate(database.url, dispatchSchema);
    const [index] = await sql.rows<{ definition: string }>(`SELECT pg_get_indexdef('dispatch.search_texts_words'::regclass) AS definition`);
    expect(index?.definition).toContain('"Extensions".gin_trgm_ops');
  });

  it('can go back and forth', async () => {
    await migrate(database.url, searchable);
    await source.undoLastMigration();
    await keep(1, 'Again');
    await migrate(database.url, searchable);
    expect(await texts()).toEqual(['again\nre-1\ninv-1']);
  });
});

describe('a role that is no superuser', () => {
  it('can migrate a database that it may create schemas in', async () => {
    const database = await startTestDatabase();
    const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    await source.query('CREATE ROLE plain LOGIN');
    await source.query('CREATE DATABASE plain');
    await source.query('GRANT CREATE ON DATABASE plain TO plain');
    await source.destroy();
    const url = new URL(database.url);
    url.username = 'plain';
    url.pathname = '/plain';
    expect(await migrate(url.href, dispatchSchema)).toContain('FindDeliveries1795500000000');
    await database.stop();
  });
});

describe('a PostgreSQL without something that the search needs', () => {
  it('is told before anything is made in it, with what helps', async () => {
    const database = await startTestDatabase();
    const other = { ...dispatchSchema, needs: [extension('pg_trgm_of_nobody')] };
    await expect(migrate(database.url, other)).rejects.toThrow(/does not have the extension pg_trgm_of_nobody.*contrib/);
    const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    await source.query(`DELETE FROM pg_collation WHERE collname = 'und-x-icu'`);
    await expect(migrate(database.url, dispatchSchema)).rejects.toThrow(/does not have the collation und-x-icu.*built with ICU/);
    await expect(requireMigrated(source, 'mail-dispatcher', dispatchSchema.needs)).rejects.toThrow(/und-x-icu/);
    expect(await source.query(`SELECT FROM pg_namespace WHERE nspname = 'dispatch'`)).toEqual([]);
    await source.destroy();
    await database.stop();
  });
});
