import { createHash } from 'node:crypto';
import { type Provider } from '@nestjs/common';
import { type Pool } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { timed } from './query-times.js';

/** Runs raw SQL over a TypeORM connection or transaction, with one form of result for every kind of statement. */
export class Sql {
  constructor(private readonly connection: DataSource | EntityManager) {}

  /** Returns the rows of a SELECT or of a RETURNING clause. */
  async rows<T>(statement: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return (await this.run<T>(statement, parameters)).rows;
  }

  /**
   * Like `rows`, but by a prepared statement, which each connection plans once. It is for the few statements that run all the time, because
   * planning a statement of several parts takes longer than running it. Behind a pooler that keeps no prepared statements it is planned as
   * usual.
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
      // The error has aborted the transaction; `transaction` begins it again.
      if (isTransaction) throw error;
      return this.rows<T>(statement, parameters);
    }
  }

  /** Returns the number of rows that an UPDATE or DELETE touched. */
  async affected(statement: string, parameters: readonly unknown[] = []): Promise<number> {
    return (await this.run(statement, parameters)).affected;
  }

  /**
   * Runs `work` in one transaction, which is rolled back if `work` rejects. If a pooler turns out to keep no prepared statements, `work`
   * runs a second time, without them.
   */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const run = () => this.connection.transaction((manager) => work(new Sql(manager)));
    try {
      return await run();
    } catch (error) {
      if (!isPreparedElsewhere(error)) throw error;
      return run();
    }
  }

  // TypeORM returns [rows, count] for UPDATE and DELETE, and the rows for everything else.
  private async run<T>(statement: string, parameters: readonly unknown[]): Promise<{ rows: T[]; affected: number }> {
    const answer = await this.connection.query<T[] | [T[], number]>(statement, [...parameters]);
    if (answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number') return { rows: answer[0], affected: answer[1] };
    return { rows: answer as T[], affected: (answer as T[]).length };
  }
}

/**
 * Data sources behind a pooler that gives each statement any connection of the server: PgBouncer before 1.21, or with
 * `max_prepared_statements = 0`.
 */
const withoutPrepared = new WeakSet<DataSource>();

/**
 * Whether a statement was prepared on another connection, or by another client on this one. PostgreSQL says so before it runs any part of
 * the statement.
 */
const isPreparedElsewhere = (error: unknown): boolean => ['26000', '42P05'].includes((error as { code?: string }).code ?? '');

const names = new Map<string, string>();

/**
 * Returns the name of a statement. The same text has the same name in every process, because a pooler may hand the connection of one
 * process to another.
 */
function nameOf(statement: string): string {
  const known = names.get(statement);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(statement).digest('hex').slice(0, 32);
  names.set(statement, name);
  return name;
}

/** A view as its row is read: `pg` returns times as dates, and JSON has them as texts. */
export type Dated<View, Times extends keyof View> = Omit<View, Times> & { [Time in Times]: Date | Extract<View[Time], null> };

/** Provides the stores of a service with its database. */
export const SQL_PROVIDER: Provider = { provide: Sql, useFactory: (source: DataSource) => new Sql(source), inject: [DataSource] };
