// Copies the tables of a schema to files and back. The files are in PostgreSQL's own text format, which any version reads, so that no
// program of a certain version is needed.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Client } from 'pg';
import { SESSION_LIMITS } from '../postgres/session-limits.js';
import { CopyIn, CopyOut } from './copy-streams.js';

type Table = { name: string; columns: string[] };
/**
 * Content of `schema.json`, which stands beside the files of a schema. `migrations` says which tables the files fit; `tables` are in an
 * order in which they can be filled.
 */
type Content = { migrations: string[]; tables: Table[]; sequences: { name: string; lastValue: string }[] };

/** The table in which TypeORM records the migrations that have been run. */
const MIGRATIONS = 'migrations';

export type SchemaPlace = { databaseUrl: string; schema: string; folder: string };

/**
 * Writes the rows of the schema as they were at a snapshot that another connection has exported. `also` may read more from the same
 * snapshot. Does not hold up other sessions.
 */
export async function dumpSchema(
  { databaseUrl, schema, folder }: SchemaPlace,
  snapshot: string,
  also?: (client: Client) => Promise<void>,
): Promise<void> {
  await inTransaction(databaseUrl, 'ISOLATION LEVEL REPEATABLE READ, READ ONLY', async (client) => {
    await client.query(`SET TRANSACTION SNAPSHOT ${client.escapeLiteral(snapshot)}`);
    await unlimited(client);
    const content = await contentOf(client, schema);
    const files = join(folder, schema);
    await mkdir(files, { recursive: true, mode: 0o700 });
    for (const table of content.tables) {
      const rows = client.query(new CopyOut(`COPY ${named(client, schema, table)} TO STDOUT`));
      await pipeline(rows, createGzip({ level: 6 }), createWriteStream(fileOf(files, table), { flags: 'wx', mode: 0o600 }));
    }
    await writeFile(join(files, 'schema.json'), `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    await also?.(client);
  });
}

/** The copy does not fit the tables of this database. */
class ForeignCopyError extends Error {
  override readonly name = 'ForeignCopyError';
}

/**
 * Fills the tables of a newly migrated schema in one transaction. `before` runs at the end of that transaction, to do what must be true
 * before anybody sees the rows. Triggers are disabled meanwhile, because what they wrote is part of the copy.
 * @throws ForeignCopyError
 */
export async function loadSchema<T>({ databaseUrl, schema, folder }: SchemaPlace, before: (client: Client) => Promise<T>): Promise<T> {
  const files = join(folder, schema);
  const { migrations, tables, sequences } = JSON.parse(await readFile(join(files, 'schema.json'), 'utf8')) as Content;
  return inTransaction(databaseUrl, '', async (client) => {
    await unlimited(client);
    const present = await contentOf(client, schema);
    if (present.migrations.join() !== migrations.join()) throw new ForeignCopyError(differenceOf(migrations, present.migrations, schema));
    for (const { name } of tables) await client.query(`ALTER TABLE ${placeOf(client, schema, name)} DISABLE TRIGGER USER`);
    // Migrations have inserted some rows.
    await client.query(`TRUNCATE ${tables.map(({ name }) => placeOf(client, schema, name)).join(', ')}`);
    for (const table of tables) {
      const rows = client.query(new CopyIn(`COPY ${named(client, schema, table)} FROM STDIN`));
      await pipeline(createReadStream(fileOf(files, table)), createGunzip(), rows);
    }
    for (const { name, lastValue } of sequences) await client.query('SELECT setval($1, $2)', [placeOf(client, schema, name), lastValue]);
    for (const { name } of tables) await client.query(`ALTER TABLE ${placeOf(client, schema, name)} ENABLE TRIGGER USER`);
    return before(client);
  });
}

async function contentOf(client: Client, schema: string): Promise<Content> {
  const migrations = await client.query<{ name: string }>(`SELECT name FROM ${placeOf(client, schema, MIGRATIONS)} ORDER BY name`);
  const tables = await client.query<Table>(
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND c.relname <> '${MIGRATIONS}'
     GROUP BY c.relname ORDER BY c.relname`,
    [schema],
  );
  const references = await client.query<{ from: string; to: string }>(
    `SELECT f.relname AS from, t.relname AS to FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
     WHERE k.contype = 'f' AND k.connamespace = $1::regnamespace AND k.conrelid <> k.confrelid`,
    [schema],
  );
  const sequences = await client.query<{ name: string; lastValue: string }>(
    `SELECT sequencename AS name, last_value::text AS "lastValue" FROM pg_sequences
     WHERE schemaname = $1 AND last_value IS NOT NULL AND sequencename NOT LIKE '${MIGRATIONS}%'`,
    [schema],
  );
  return { migrations: migrations.rows.map(({ name }) => name), tables: inOrder(tables.rows, references.rows), sequences: sequences.rows };
}

/** Returns the tables in an order in which each table comes after those that its foreign keys refer to. */
function inOrder(tables: readonly Table[], references: readonly { from: string; to: string }[]): Table[] {
  const ordered = new Set<string>();
  const place = (name: string): void => {
    if (ordered.has(name)) return;
    for (const { from, to } of references) if (from === name) place(to);
    ordered.add(name);
  };
  for (const { name } of tables) place(name);
  return [...ordered].flatMap((name) => tables.filter((table) => table.name === name));
}

function differenceOf(copied: readonly string[], present: readonly string[], schema: string): string {
  const missing = copied.filter((name) => !present.includes(name));
  if (missing.length > 0) return `The backup was made by a newer version: ${schema} has no ${missing.join(', ')} here.`;
  const more = present.filter((name) => !copied.includes(name));
  return `The backup was made by an older version, without ${more.join(', ')} of ${schema}.`;
}

/** Returns the name of a table or sequence with its schema, quoted for SQL. */
export const placeOf = (client: Client, schema: string, name: string): string =>
  `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
const named = (client: Client, schema: string, { name, columns }: Table): string =>
  `${placeOf(client, schema, name)} (${columns.map((column) => client.escapeIdentifier(column)).join(', ')})`;
const fileOf = (folder: string, { name }: Table): string => join(folder, `${name}.copy.gz`);

/** Lifts the session limits for this transaction, whatever those of the role are, because a copy may take long. */
export async function unlimited(client: Client): Promise<void> {
  for (const limit of Object.keys(SESSION_LIMITS)) await client.query(`SET LOCAL ${limit} = 0`);
}

function inTransaction<T>(databaseUrl: string, mode: string, work: (client: Client) => Promise<T>): Promise<T> {
  return onConnection(databaseUrl, async (client) => {
    await client.query(`BEGIN ${mode}`);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

/**
 * Runs `work` on a connection of its own. If `work` rejects, a transaction that it left open is rolled back.
 * @throws Error that names the host and the port if PostgreSQL cannot be reached or refuses the connection.
 */
export async function onConnection<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'billing-mail backup' });
  await client.connect().catch((error: NodeJS.ErrnoException) => {
    // The error for a host with several addresses has a code but no message.
    const reason = error.message || error.code;
    throw new Error(`PostgreSQL at ${client.host}:${client.port} can't be used: ${reason}. Check DATABASE_URL.`, { cause: error });
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
