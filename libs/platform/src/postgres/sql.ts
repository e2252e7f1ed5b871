import { type DataSource, type EntityManager } from 'typeorm';

/** Raw SQL over a TypeORM connection or transaction, in one form of answer for every kind of statement. */
export class Sql {
  constructor(private readonly connection: DataSource | EntityManager) {}

  /** Rows of a SELECT, or of what RETURNING gives. */
  async rows<T>(statement: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return (await this.run<T>(statement, parameters)).rows;
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

/** One transaction; rolled back when `work` rejects. */
export function inTransaction<T>(dataSource: DataSource, work: (sql: Sql) => Promise<T>): Promise<T> {
  return dataSource.transaction((manager) => work(new Sql(manager)));
}
