import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type Migration, MigrationExecutor, type QueryRunner } from 'typeorm';
import { dataSourceOptions, type Schema } from './data-source-options.js';
import { grantsIn, serviceRoleOf } from './database-roles.js';
import { requireFeatures, type Requirement } from './requirements.js';
import { SESSION_LIMITS } from './session-limits.js';

// Any fixed number; the same for all services, so that two starts never migrate at once.
const MIGRATION_LOCK = 4_100_2026;
const ASK_AGAIN_MS = 200;
/** Nobody waits for the answer of a migration as for that of a service, and a server that has just started may be slow. */
const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Brings a service's schema up to date. Safe to run from several processes at once, because each migration is run by one of them. Returns
 * the names of the migrations that this process ran.
 */
export async function migrate(databaseUrl: string, schema: Schema): Promise<string[]> {
  const source = new DataSource({
    ...dataSourceOptions(databaseUrl, schema, {
      poolSize: 2,
      applicationName: 'billing-mail migrate',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    }),
    extra: {},
  });
  await source.initialize();
  const [runner, keeper] = [source.createQueryRunner(), source.createQueryRunner()];
  try {
    await requireFeatures(runner, schema.needs);
    await inTurn(runner, () => runner.query(`CREATE SCHEMA IF NOT EXISTS "${schema.name}"`));
    const executor = new MigrationExecutor(source, runner);
    const ran: string[] = [];
    const runNext = async (isWanted: (next: Migration) => boolean): Promise<boolean> => {
      const [next] = await executor.getPendingMigrations();
      if (next === undefined || !isWanted(next)) return false;
      await executor.executeMigration(next);
      ran.push(next.name);
      return true;
    };
    // A migration that builds an index while others write cannot run in a transaction, so another connection holds the turn meanwhile.
    while (
      (await inTurn(runner, () => runNext(isInTransaction))) ||
      (await inTurn(keeper, () => runNext((next) => !isInTransaction(next))))
    );
    await inTurn(runner, () => grantToService(runner, schema.name));
    return ran;
  } finally {
    await Promise.all([runner.release(), keeper.release()]);
    await source.destroy();
  }
}

const isInTransaction = ({ instance }: Migration): boolean => instance?.transaction !== false;

/**
 * Runs `work` in one transaction, while every other process that migrates waits. The lock belongs to the transaction, because a session's
 * lock would stay on a connection that PgBouncer gives to somebody else. The session limits are lifted, because a migration may take longer
 * than a statement of a service.
 */
async function inTurn<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  while (!(await takeTurn(runner))) await sleep(ASK_AGAIN_MS);
  try {
    const result = await work();
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

/**
 * Tries to take the turn without waiting, and returns whether it did. A statement that waits has a snapshot, and the concurrent build of an
 * index waits for every snapshot. The statement has no parameter for the same reason: with one, `pg` leaves the portal of the statement
 * open, and its snapshot with it, until the next statement.
 */
async function takeTurn(runner: QueryRunner): Promise<boolean> {
  await runner.startTransaction();
  try {
    for (const limit of Object.keys(SESSION_LIMITS)) await runner.query(`SET LOCAL ${limit} = 0`);
    const [{ mine } = { mine: false }] = (await runner.query(`SELECT pg_try_advisory_xact_lock(${MIGRATION_LOCK}) AS mine`)) as {
      mine: boolean;
    }[];
    if (!mine) await runner.rollbackTransaction();
    return mine;
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

/** Grants the service its rights if it has a role of its own. Otherwise it signs in with the role that migrates. */
async function grantToService(runner: QueryRunner, schema: string): Promise<void> {
  const roles = (await runner.query('SELECT FROM pg_roles WHERE rolname = $1', [serviceRoleOf(schema)])) as unknown[];
  if (roles.length === 0) return;
  for (const statement of grantsIn(schema)) await runner.query(statement);
}

/** Thrown at a start if the database is not up to date. */
export class PendingMigrationsError extends Error {
  constructor(service: string) {
    super(`The database is not up to date for ${service}: run "npm run migrate" first.`);
    this.name = 'PendingMigrationsError';
  }
}

/**
 * Checks that the database is up to date, so that a service never runs on tables that it does not know.
 * @throws PendingMigrationsError, MissingFeatureError
 */
export async function requireMigrated(source: DataSource, service: string, needs?: readonly Requirement[]): Promise<void> {
  await requireFeatures(source, needs);
  const [{ exists } = { exists: false }] = await source.query<{ exists: boolean }[]>(
    'SELECT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = $1 AND table_name = $2) AS exists',
    [source.options.type === 'postgres' ? source.options.schema : null, 'migrations'],
  );
  if (!exists || (await source.showMigrations())) throw new PendingMigrationsError(service);
}
