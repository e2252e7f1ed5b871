// What the dispatcher asks of PostgreSQL: its statements by pg_stat_statements, its writing transactions by their ids.
import { type Database } from '@billing-mail/tools/stage';
import { type Figures } from '../running/figures.js';
import { type Observer } from '../running/run-load.js';
import { type BenchStage, DISPATCHER_ROLE } from './bench-stage.js';

export type Counts = { statements: number; commits: number };

/** Counts while `run` runs; otherwise nobody pays for the counting. */
export async function counting<T>(stage: BenchStage, run: (count: () => Promise<Counts>) => Promise<T>): Promise<T> {
  const database = await stage.database('postgres');
  await database.rows(`ALTER ROLE ${DISPATCHER_ROLE} SET pg_stat_statements.track = 'top'`);
  try {
    return await run(() => counts(database));
  } finally {
    await database.rows(`ALTER ROLE ${DISPATCHER_ROLE} RESET pg_stat_statements.track`);
  }
}

/** Counts between the beginning and the end of what is measured, for each delivery. */
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

/** Rows that `run` changed, for each of `deliveries`, and the share of them that needed no new entry in an index (HOT). Whatever counts them has ended by then. */
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

/** BEGIN and COMMIT are no statements here; a transaction that writes nothing has no id and waits for no disk. */
function counts(database: Database): Promise<Counts> {
  return database.one<Counts>(
    `SELECT (SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements
             WHERE userid = $1::regrole AND query !~* '^(begin|start transaction|commit|rollback)') AS statements,
            pg_snapshot_xmax(pg_current_snapshot())::text::int AS commits`,
    [DISPATCHER_ROLE],
  );
}
