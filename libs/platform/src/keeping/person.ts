// Finds, and erases, what a schema knows about a person by their address. Searches every text of every table, so that what is added one day
// is found as well.
import { createHash } from 'node:crypto';
import { type Client } from 'pg';
import { placeOf, unlimited } from '../backup/schema-copy.js';

type Column = { column: string; type: string; nullable: boolean };
type Table = {
  name: string;
  keys: string[];
  columns: Column[];
  hasTeam: boolean;
  hasTeams: boolean;
  hasDelivery: boolean;
  hasTriggers: boolean;
};

/** A row that contains the address: its keys, its team and all columns that were searched, without secrets. */
export type KnownRow = { table: string; row: Record<string, unknown> };

/** What an erasure did in a schema, for the record. */
export type Erasure = {
  /** Rows that were changed, by table. */
  changed: Record<string, number>;
  /** Rows that still contain the address, and why. */
  left: { table: string; rows: number; why: string }[];
};

/** By table: what an erasure leaves as it is, and why (`kept`), and where it removes whole rows (`removed`). */
export type ErasureRules = {
  kept: Record<string, string>;
  removed: readonly string[];
  /** Removes what else has to go, in the same transaction, from the rows in which the name `erased` now stands. */
  also?: (client: Client, erased: string) => Promise<void>;
};

const READ_AS_TEXT = ['text', 'jsonb', 'json', 'text[]', 'bytea'];

/** Returns all rows of the schema that contain the address. */
export async function rowsAbout(client: Client, schema: string, address: string): Promise<KnownRow[]> {
  await unlimitedTransaction(client);
  const known: KnownRow[] = [];
  for (const table of await tablesOf(client, schema)) {
    const shown = [...new Set([...table.keys, ...(table.hasTeam ? ['team_id'] : []), ...table.columns.map(({ column }) => column)])];
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT ${shown.map((column) => shownAs(client, table, column)).join(', ')} FROM ${placeOf(client, schema, table.name)} t WHERE ${names(client, table, '$1')}`,
      [patternOf(address)],
    );
    known.push(...rows.map((row) => ({ table: `${schema}.${table.name}`, row: withoutSecrets(row) as Record<string, unknown> })));
  }
  await client.query('ROLLBACK');
  return known;
}

/**
 * Replaces the address by a name that leads to nobody, the same in all tables, or by NULL in a nullable text that is nothing but the
 * address. Rows of the tables in `removed` are deleted instead. Rows of teams under a legal hold stay, and so do the tables in `kept`. Does
 * all or nothing.
 */
export async function eraseFrom(
  client: Client,
  schema: string,
  address: string,
  { kept, removed, also }: ErasureRules,
  heldTeams: readonly string[] = [],
): Promise<Erasure> {
  await unlimitedTransaction(client);
  const erasure: Erasure = { changed: {}, left: [] };
  for (const table of await tablesOf(client, schema)) {
    const place = placeOf(client, schema, table.name);
    const found = names(client, table, '$1');
    const held = heldBy(schema, table, '$2');
    const count = async (condition: string): Promise<number> => {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${place} t WHERE $1::text IS NOT NULL AND $2::text[] IS NOT NULL AND ${condition}`,
        [patternOf(address), heldTeams],
      );
      return rows[0]?.count ?? 0;
    };
    const why = kept[table.name];
    const left = await count(why === undefined ? `(${found}) AND (${held})` : found);
    if (left > 0) erasure.left.push({ table: `${schema}.${table.name}`, rows: left, why: why ?? 'a team is under a legal hold' });
    if (why !== undefined) continue;
    // Triggers protect the history of settings from changes; this is the one case in which it has to be changed.
    if (table.hasTriggers) await client.query(`ALTER TABLE ${place} DISABLE TRIGGER USER`);
    const parameters = [patternOf(address), heldTeams];
    const { rowCount } = removed.includes(table.name)
      ? await client.query(`DELETE FROM ${place} t WHERE (${found}) AND NOT (${held}) AND $2::text[] IS NOT NULL`, parameters)
      : await client.query(
          `UPDATE ${place} t SET ${table.columns
            .filter(({ type }) => type !== 'bytea')
            .map((column) => replaced(client, column))
            .join(', ')} WHERE (${found}) AND NOT (${held}) AND $2::text[] IS NOT NULL`,
          [...parameters, erasedName(address)],
        );
    if (table.hasTriggers) await client.query(`ALTER TABLE ${place} ENABLE TRIGGER USER`);
    if ((rowCount ?? 0) > 0) erasure.changed[`${schema}.${table.name}`] = rowCount ?? 0;
  }
  await also?.(client, erasedName(address));
  await client.query('COMMIT');
  return erasure;
}

/**
 * Returns an address at which nobody can be reached (RFC 2606), and which tells whose it was only to those who know the address already.
 */
const erasedName = (address: string): string =>
  `erased-${createHash('sha256').update(address.toLowerCase()).digest('hex').slice(0, 12)}@erased.invalid`;

/** Returns a pattern for the address as a whole: joe@a.example is neither ann.joe@a.example nor joe@a.example.org. */
const patternOf = (address: string): string =>
  `(?<![A-Za-z0-9._%+'-])${address.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![A-Za-z0-9-]|\\.[A-Za-z0-9])`;

async function tablesOf(client: Client, schema: string): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT c.relname AS name,
       coalesce((SELECT array_agg(k.attname::text) FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY (i.indkey)
                 WHERE i.indrelid = c.oid AND i.indisprimary), '{}') AS keys,
       json_agg(json_build_object('column', a.attname, 'type', format_type(a.atttypid, NULL), 'nullable', NOT a.attnotnull)
                ORDER BY a.attnum) FILTER (WHERE format_type(a.atttypid, NULL) = ANY ($2) AND a.attgenerated = '') AS columns,
       bool_or(a.attname = 'team_id') AS "hasTeam", bool_or(a.attname = 'teams' AND a.atttypid = 'jsonb'::regtype) AS "hasTeams",
       bool_or(a.attname = 'delivery_id' AND a.atttypid = 'uuid'::regtype) AS "hasDelivery",
       EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal) AS "hasTriggers"
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND c.relname <> 'migrations' GROUP BY c.oid, c.relname ORDER BY c.relname`,
    [schema, READ_AS_TEXT],
  );
  return rows.filter(({ columns }) => columns !== null);
}

/** The bytes of a job are searched as they came. Bytes that are not UTF-8 contain no address that anybody could read. */
const asText = (client: Client, { column, type }: Column): string =>
  type === 'bytea' ? `encode(t.${client.escapeIdentifier(column)}, 'escape')` : `t.${client.escapeIdentifier(column)}::text`;

const names = (client: Client, { columns }: Table, pattern: string): string =>
  columns.map((column) => `coalesce(${asText(client, column)} ~* ${pattern}, false)`).join(' OR ');

function shownAs(client: Client, { columns }: Table, column: string): string {
  const found = columns.find((one) => one.column === column);
  return found?.type === 'bytea'
    ? `${asText(client, found)} AS ${client.escapeIdentifier(column)}`
    : `t.${client.escapeIdentifier(column)}`;
}

/** Returns the assignment that erases the address from a column. A nullable text that is nothing but the address becomes NULL. */
function replaced(client: Client, { column, type, nullable }: Column): string {
  const name = client.escapeIdentifier(column);
  const text = `regexp_replace(t.${name}::text, $1, $3, 'gi')::${type}`;
  return `${name} = ${nullable && type === 'text' ? `CASE WHEN t.${name} ~* ('^' || $1 || '$') THEN NULL ELSE ${text} END` : text}`;
}

function heldBy(schema: string, { hasTeam, hasTeams, hasDelivery }: Table, teams: string): string {
  if (hasTeam) return `t.team_id = ANY (${teams}::text[])`;
  if (hasTeams) return `coalesce(t.teams ?| ${teams}::text[], false)`;
  if (hasDelivery && schema === 'dispatch')
    return `EXISTS (SELECT FROM dispatch.deliveries held WHERE held.id = t.delivery_id AND held.team_id = ANY (${teams}::text[]))`;
  return 'false';
}

/** Leaves out secrets, sealed or not. They are not for anybody to see, not even for the person whose address stands beside them. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !/sealed|password|secret|token|key_pem|private/i.test(name))
      .map(([name, inner]) => [name, withoutSecrets(inner)]),
  );
}

async function unlimitedTransaction(client: Client): Promise<void> {
  await client.query('BEGIN');
  await unlimited(client);
}
