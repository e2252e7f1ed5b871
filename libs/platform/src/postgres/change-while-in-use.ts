// What a migration does to a table with rows while services write to it. For migrations with `transaction = false`, which begin again where they were
// broken off: each step looks first whether it has been done.
import { type QueryRunner } from 'typeorm';

export type Index = {
  /** With its schema, and so is the table. */
  name: string;
  table: string;
  /** What follows the name of the table: columns, INCLUDE, WHERE. */
  on: string;
  unique?: boolean;
};

/** Builds an index beside those who write. One that was broken off half-way is there and serves nobody: it is dropped first. */
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

/** An empty table nobody waits for, and a new one is filled after its indexes are made. */
async function isInUse(runner: QueryRunner, table: string): Promise<boolean> {
  if (runner.isTransactionActive) return false;
  const [{ hasRows } = { hasRows: true }] = (await runner.query(`SELECT EXISTS (SELECT FROM ${table}) AS "hasRows"`)) as {
    hasRows: boolean;
  }[];
  return hasRows;
}
