// Changes that a migration makes to a table with rows while services write to it. They are for migrations with `transaction = false`, which
// may be interrupted and run again: each step first checks whether it has been done.
import { type QueryRunner } from 'typeorm';

export type Index = {
  /** With its schema, and so is the table. */
  name: string;
  table: string;
  /** What follows the name of the table: columns, INCLUDE, WHERE. */
  on: string;
  unique?: boolean;
};

/**
 * Builds an index while services write to the table. An index whose build was interrupted exists but is invalid, so it is dropped first.
 */
export async function buildIndex(runner: QueryRunner, { name, table, on, unique = false }: Index): Promise<void> {
  const [found] = (await runner.query('SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)', [name])) as {
    valid: boolean;
  }[];
  if (found?.valid === true) return;
  if (found !== undefined) await dropIndex(runner, name);
  const short = name.slice(name.lastIndexOf('.') + 1);
  await runner.query(
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${(await isInUse(runner, table)) ? 'CONCURRENTLY ' : ''}${short} ON ${table} ${on}`,
  );
}

export async function dropIndex(runner: QueryRunner, name: string): Promise<void> {
  await runner.query(`DROP INDEX ${runner.isTransactionActive ? '' : 'CONCURRENTLY '}IF EXISTS ${name}`);
}

/**
 * Returns whether the index must be built while others use the table. Nobody waits for an empty table, and within a transaction the table
 * is new and is filled after its indexes are built.
 */
async function isInUse(runner: QueryRunner, table: string): Promise<boolean> {
  if (runner.isTransactionActive) return false;
  const [{ hasRows } = { hasRows: true }] = (await runner.query(`SELECT EXISTS (SELECT FROM ${table}) AS "hasRows"`)) as {
    hasRows: boolean;
  }[];
  return hasRows;
}
