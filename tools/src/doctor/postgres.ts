// Checks PostgreSQL: whether it can be reached, keeps what it has acknowledged, has the roles and what the tables need, and
// whether the tables are up to date.
import { join } from 'node:path';
import {
  DATABASE_ROLES,
  dataSourceOptions,
  MissingFeatureError,
  PendingMigrationsError,
  requireMigrated,
  SCHEMA_OF,
} from '@billing-mail/platform';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { workspaceRoot } from '../workspace.js';
import { type Finding, fine, notSet, reasonOf, weak, wrong } from './finding.js';
import { type Site } from './site.js';

const ANSWER_MS = 15_000;
const ABOUT = 'PostgreSQL';

/** What the server says of itself. */
export type PostgresState = {
  version: string;
  role: string;
  is_superuser: boolean;
  is_replica: boolean;
  is_encrypted: boolean;
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  connections: number;
  max_connections: number;
  roles: string[];
  /** Schemas that exist and that this role may read. */
  readable: string[];
  unreadable: string[];
};

const QUESTION = `SELECT current_setting('server_version') AS version, current_user::text AS role, pg_is_in_recovery() AS is_replica,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser,
  coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted,
  current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit,
  (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
  current_setting('max_connections')::int AS max_connections,
  ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1)) AS roles,
  ARRAY(SELECT nspname::text FROM pg_namespace WHERE nspname = ANY ($2) AND has_schema_privilege(oid, 'USAGE')) AS readable,
  ARRAY(SELECT nspname::text FROM pg_namespace WHERE nspname = ANY ($2) AND NOT has_schema_privilege(oid, 'USAGE')) AS unreadable`;

export async function lookAtPostgres({ env }: Site): Promise<Finding[]> {
  const url = env.MIGRATION_DATABASE_URL ?? env.DATABASE_URL;
  if (url === undefined) return [notSet(ABOUT, 'DATABASE_URL')];
  const place = new URL(url).host;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS });
  client.on('error', () => undefined); // the query that fails reports it
  try {
    await client.connect();
    const { rows } = await client.query<PostgresState>(QUESTION, [DATABASE_ROLES, Object.values(SCHEMA_OF)]);
    const [state] = rows;
    if (state === undefined) return [];
    const isOfMigrator = env.MIGRATION_DATABASE_URL !== undefined;
    return [...findingsOfPostgres(state, place, isOfMigrator), ...(await lookAtTables(url, state))];
  } catch (error) {
    return [
      wrong(
        ABOUT,
        `${place}: ${reasonOf(error)}`,
        'see that it runs, is reached from here, and takes the user and password of DATABASE_URL',
      ),
    ];
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @param isOfMigrator whether the role is the migrator's, which may do more than a service should */
export function findingsOfPostgres(state: PostgresState, place: string, isOfMigrator: boolean): Finding[] {
  const { version, role, connections, max_connections, fsync, full_page_writes, synchronous_commit } = state;
  const seen = `${version} at ${place}, as ${role}, ${state.is_encrypted ? 'by TLS' : 'without TLS'}, ${connections} of ${max_connections} connections in use`;
  const losing = Object.entries({ fsync, full_page_writes, synchronous_commit }).filter(([, value]) => value === 'off');
  const missing = DATABASE_ROLES.filter((name) => !state.roles.includes(name));
  return [
    state.is_replica
      ? wrong(ABOUT, `${seen}; a replica, which takes no writes`, 'let DATABASE_URL name the primary')
      : connections > 0.9 * max_connections
        ? weak(ABOUT, seen, 'raise max_connections, or put PgBouncer before it: a dispatcher takes 16')
        : fine(ABOUT, seen),
    losing.length > 0
      ? wrong(
          'PostgreSQL on disk',
          `${losing.map(([name]) => `${name} is off`).join(', ')}: a crash loses what was acknowledged`,
          'switch them on in postgresql.conf',
        )
      : fine('PostgreSQL on disk', `fsync on, synchronous_commit ${synchronous_commit}`),
    missing.length > 0
      ? weak(
          'PostgreSQL roles',
          `not there: ${missing.join(', ')}; one role may do everything`,
          'npm run database:roles makes a role for each service',
        )
      : state.is_superuser && !isOfMigrator
        ? weak('PostgreSQL roles', `${role} of DATABASE_URL is a superuser`, 'let each service sign in by its own role')
        : fine('PostgreSQL roles', state.roles.join(', ')),
  ];
}

const SCHEMA_FILES = {
  'settings-api': ['settings.schema', 'settingsSchema'],
  'mail-dispatcher': ['dispatch.schema', 'dispatchSchema'],
  'notification-service': ['notify.schema', 'notifySchema'],
} as const;
type SchemaOfService = Parameters<typeof dataSourceOptions>[1];

async function lookAtTables(url: string, { unreadable, role }: PostgresState): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [service, [file, name]] of Object.entries(SCHEMA_FILES)) {
    const about = `tables of ${service}`;
    if (unreadable.includes(SCHEMA_OF[service as keyof typeof SCHEMA_OF])) {
      findings.push(weak(about, `not looked at: ${role} may not read them`, 'set MIGRATION_DATABASE_URL, whose role owns all of them'));
      continue;
    }
    // By path, as no code may depend on a service.
    const module = (await import(join(workspaceRoot, 'apps', service, 'dist', `${file}.js`))) as Record<string, SchemaOfService>;
    const schema = module[name];
    if (schema !== undefined) findings.push(await lookAtSchema(url, service, about, schema));
  }
  return findings;
}

async function lookAtSchema(url: string, service: string, about: string, schema: SchemaOfService): Promise<Finding> {
  const source = new DataSource(dataSourceOptions(url, schema, { poolSize: 1, applicationName: 'billing-mail doctor' }));
  try {
    await source.initialize();
    await requireMigrated(source, service, schema.needs);
    const needs = (schema.needs ?? []).length > 0 ? ', with the extensions that they need' : '';
    return fine(about, `up to date${needs}`);
  } catch (error) {
    if (error instanceof PendingMigrationsError) return wrong(about, 'older than the code', 'npm run migrate');
    if (error instanceof MissingFeatureError) return wrong(about, error.requirement.missing, error.requirement.cure);
    throw error;
  } finally {
    if (source.isInitialized) await source.destroy();
  }
}
