import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type Migration, MigrationExecutor, type QueryRunner } from 'typeorm';
import { dataSourceOptions, type Schema } from './data-source-options.js';
import { grantsIn, serviceRoleOf } from './database-roles.js';
import { requireFeatures, type Requirement } from './requirements.js';
import { SESSION_LIMITS } from './session-limits.js';

// Any fixed number; the same for all services, so that two starts never migrate at once.
const MIGRATION_LOCK = 4_100_2026;
const ASK_AGAIN_MS = 200;

/** Brings a service's schema up to date. Safe to run from several processes at once: each migration is run by one of them. Returns what this one ran. */
export async function migrate(databaseUrl: string, schema: Schema): Promise<string[]> {
  const source = new DataSource({
    ...dataSourceOptions(databaseUrl, schema, { poolSize: 2, applicationName: 'billing-mail migrate' }),
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
    // One that builds beside those who write can not be in a transaction: another connection holds the turn meanwhile.
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
 * One transaction, while every other process that migrates waits. The lock belongs to the transaction: a session's would stay behind on a
 * connection that PgBouncer gives to somebody else. A migration may take longer than a statement of a service.
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
 * Asks and does not wait: a statement that waits has a snapshot, and an index that is built beside writers waits for all of them. Without a
 * parameter for the same reason: with one `pg` leaves the statement's portal open, and its snapshot in it, until the next one.
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

/** Where the service has a role of its own; otherwise it signs in as whoever migrates. */
async function grantToService(runner: QueryRunner, schema: string): Promise<void> {
  const roles = (await runner.query('SELECT FROM pg_roles WHERE rolname = $1', [serviceRoleOf(schema)])) as unknown[];
  if (roles.length === 0) return;
  for (const statement of grantsIn(schema)) await runner.query(statement);
}

/** A start against a database that is not up to date. */
export class PendingMigrationsError extends Error {
  constructor(service: string) {
    super(`The database is not up to date for ${service}: run "npm run migrate" first.`);
    this.name = 'PendingMigrationsError';
  }
}

/** @throws PendingMigrationsError, MissingFeatureError so that a service never runs on tables it does not know. */
export async function requireMigrated(source: DataSource, service: string, needs?: readonly Requirement[]): Promise<void> {
  await requireFeatures(source, needs);
  const [{ exists } = { exists: false }] = await source.query<{ exists: boolean }[]>(
    'SELECT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = $1 AND table_name = $2) AS exists',
    [source.options.type === 'postgres' ? source.options.schema : null, 'migrations'],
  );
  if (!exists || (await source.showMigrations())) throw new PendingMigrationsError(service);
}
