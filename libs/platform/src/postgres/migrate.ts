import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions, type Schema } from './data-source-options.js';
import { grantsIn, serviceRoleOf } from './database-roles.js';

// Any fixed number; the same for all services, so that two starts never migrate at once.
const MIGRATION_LOCK = 4_100_2026;

/** Brings a service's schema up to date. Safe to run from several processes at once: one migrates, the others wait. Returns what ran. */
export async function migrate(databaseUrl: string, schema: Schema): Promise<string[]> {
  const source = new DataSource({
    ...dataSourceOptions(databaseUrl, schema, { poolSize: 2, applicationName: 'billing-mail migrate' }),
    extra: {},
  });
  await source.initialize();
  try {
    const lock = source.createQueryRunner();
    await lock.connect();
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await lock.query(`CREATE SCHEMA IF NOT EXISTS "${schema.name}"`);
      const ran = await source.runMigrations();
      await grantToService(lock, schema.name);
      return ran.map(({ name }) => name);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.release();
    }
  } finally {
    await source.destroy();
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

/** @throws PendingMigrationsError so that a service never runs on tables it does not know. */
export async function requireMigrated(source: DataSource, service: string): Promise<void> {
  const [{ exists } = { exists: false }] = await source.query<{ exists: boolean }[]>(
    'SELECT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = $1 AND table_name = $2) AS exists',
    [source.options.type === 'postgres' ? source.options.schema : null, 'migrations'],
  );
  if (!exists || (await source.showMigrations())) throw new PendingMigrationsError(service);
}
