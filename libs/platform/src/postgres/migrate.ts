import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { dataSourceOptions, type Schema } from './data-source-options.js';
import { grantsIn, serviceRoleOf } from './database-roles.js';
import { requireFeatures, type Requirement } from './requirements.js';
import { SESSION_LIMITS } from './session-limits.js';

// Any fixed number; the same for all services, so that two starts never migrate at once.
const MIGRATION_LOCK = 4_100_2026;

/** Brings a service's schema up to date. Safe to run from several processes at once: each migration is run by one of them. Returns what this one ran. */
export async function migrate(databaseUrl: string, schema: Schema): Promise<string[]> {
  const source = new DataSource({
    ...dataSourceOptions(databaseUrl, schema, { poolSize: 1, applicationName: 'billing-mail migrate' }),
    extra: {},
  });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await requireFeatures(runner, schema.needs);
    await inTurn(runner, () => runner.query(`CREATE SCHEMA IF NOT EXISTS "${schema.name}"`));
    const executor = new MigrationExecutor(source, runner);
    const ran: string[] = [];
    const runNext = async (): Promise<boolean> => {
      const [next] = await executor.getPendingMigrations();
      if (next === undefined) return false;
      await executor.executeMigration(next);
      ran.push(next.name);
      return true;
    };
    while (await inTurn(runner, runNext));
    await inTurn(runner, () => grantToService(runner, schema.name));
    return ran;
  } finally {
    await runner.release();
    await source.destroy();
  }
}

/**
 * One transaction, while every other process that migrates waits. The lock belongs to the transaction: a session's would stay behind on a
 * connection that PgBouncer gives to somebody else. A migration may take longer than a statement of a service.
 */
async function inTurn<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  await runner.startTransaction();
  try {
    for (const limit of Object.keys(SESSION_LIMITS)) await runner.query(`SET LOCAL ${limit} = 0`);
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const result = await work();
    await runner.commitTransaction();
    return result;
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
