import { createHash } from 'node:crypto';
import { type Pool } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { timed } from './query-times.js';

/** Raw SQL over a TypeORM connection or transaction, in one form of answer for every kind of statement. */
export class Sql {
  constructor(private readonly connection: DataSource | EntityManager) {}

  /** Rows of a SELECT, or of what RETURNING gives. */
  async rows<T>(statement: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return (await this.run<T>(statement, parameters)).rows;
  }

  /**
   * The same by a prepared statement, which each connection plans once: for the few that run all the time, as planning a statement of several
   * parts takes longer than running it. Behind a pooler that keeps none it is planned as usual.
   */
  async prepared<T>(statement: string, parameters: readonly unknown[]): Promise<T[]> {
    const isTransaction = !(this.connection instanceof DataSource);
    const source = isTransaction ? this.connection.dataSource : this.connection;
    if (withoutPrepared.has(source)) return this.rows<T>(statement, parameters);
    const client = (await (isTransaction
      ? this.connection.queryRunner?.connect()
      : (source.driver as unknown as { master: Pool }).master)) as Pool;
    try {
      const { rows } = await timed(client.query({ name: nameOf(statement), text: statement, values: [...parameters] }));
      return rows as T[];
    } catch (error) {
      if (!isPreparedElsewhere(error)) throw error;
      withoutPrepared.add(source);
      // A transaction is over by that; `inTransaction` begins it again.
      if (isTransaction) throw error;
      return this.rows<T>(statement, parameters);
    }
  }

  /** Rows that an UPDATE or DELETE touched. */
  async affected(statement: string, parameters: readonly unknown[] = []): Promise<number> {
    return (await this.run(statement, parameters)).affected;
  }

  // TypeORM answers UPDATE and DELETE with [rows, count], everything else with the rows.
  private async run<T>(statement: string, parameters: readonly unknown[]): Promise<{ rows: T[]; affected: number }> {
    const answer = await this.connection.query<T[] | [T[], number]>(statement, [...parameters]);
    if (answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number') return { rows: answer[0], affected: answer[1] };
    return { rows: answer as T[], affected: (answer as T[]).length };
  }
}

/** Connected through a pooler that gives each statement any connection of the server: PgBouncer before 1.21, or with `max_prepared_statements = 0`. */
const withoutPrepared = new WeakSet<DataSource>();

/** It was prepared on another connection, or by another client on this one. PostgreSQL says so before it runs anything of the statement. */
const isPreparedElsewhere = (error: unknown): boolean => ['26000', '42P05'].includes((error as { code?: string }).code ?? '');

const names = new Map<string, string>();

/** The same text has the same name in every process: a pooler in between may hand one's connection to another. */
function nameOf(statement: string): string {
  const known = names.get(statement);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(statement).digest('hex').slice(0, 32);
  names.set(statement, name);
  return name;
}

/** One transaction; rolled back when `work` rejects. Where a pooler keeps no prepared statements, `work` runs a second time, without them. */
export async function inTransaction<T>(dataSource: DataSource, work: (sql: Sql) => Promise<T>): Promise<T> {
  const run = () => dataSource.transaction((manager) => work(new Sql(manager)));
  try {
    return await run();
  } catch (error) {
    if (!isPreparedElsewhere(error)) throw error;
    return run();
  }
}
