// Counts what the dispatcher asks of PostgreSQL: its statements with pg_stat_statements, its writing transactions with their ids.
import { type Database } from '@billing-mail/tools/stage';
import { type Figures } from '../running/figures.js';
import { type Observer } from '../running/run-load.js';
import { type BenchStage, DISPATCHER_ROLE } from './bench-stage.js';

export type Counts = { statements: number; commits: number };

/** Turns on the counting while `run` runs; at other times nobody pays for it. */
export async function counting<T>(stage: BenchStage, run: (count: () => Promise<Counts>) => Promise<T>): Promise<T> {
  const database = await stage.database('postgres');
  await database.rows(`ALTER ROLE ${DISPATCHER_ROLE} SET pg_stat_statements.track = 'top'`);
  try {
    return await run(() => counts(database));
  } finally {
    await database.rows(`ALTER ROLE ${DISPATCHER_ROLE} RESET pg_stat_statements.track`);
  }
}

/** Returns an observer that counts between the beginning and the end of the measurement, per delivery. */
export function observerOf(count: () => Promise<Counts>): Observer {
  let before: Counts = { statements: 0, commits: 0 };
  return {
    async begin() {
      before = await count();
    },
    async end(load): Promise<Figures> {
      const after = await count();
      return {
        statements: (after.statements - before.statements) / load.count,
        commits: (after.commits - before.commits) / load.count,
      };
    },
  };
}

/**
 * Counts the rows that `run` updated, divided by `deliveries`, and the share of them that needed no new index entry (HOT). Whatever updates
 * rows must have ended by the end of `run`, because the counters are complete only then.
 */
export async function countingUpdates(database: Database, deliveries: number, run: () => Promise<Figures>): Promise<Figures> {
  const read = () =>
    database.one<{ updates: number; hot: number }>(
      `SELECT sum(n_tup_upd)::int AS updates, sum(n_tup_hot_upd)::int AS hot FROM pg_stat_user_tables WHERE schemaname = 'dispatch'`,
    );
  const before = await read();
  const figures = await run();
  const after = await read();
  const updates = after.updates - before.updates;
  return { ...figures, updates: updates / deliveries, hotShare: (after.hot - before.hot) / updates };
}

/** Counts no BEGIN or COMMIT as a statement. A transaction that writes nothing has no id and does not wait for the disk. */
function counts(database: Database): Promise<Counts> {
  return database.one<Counts>(
    `SELECT (SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements
             WHERE userid = $1::regrole AND query !~* '^(begin|start transaction|commit|rollback)') AS statements,
            pg_snapshot_xmax(pg_current_snapshot())::text::int AS commits`,
    [DISPATCHER_ROLE],
  );
}
