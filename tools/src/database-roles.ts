// Creates the database's roles, each with the password in the URL of its service, or prints the SQL for an administrator to run.
import {
  EnvironmentError,
  MIGRATOR_ROLE,
  readEnvironment,
  roleStatements,
  SCHEMA_OF,
  serviceRoleOf,
  variables,
} from '@billing-mail/platform';
import { Client } from 'pg';
import { z } from 'zod';

const ROLE_OF = {
  MIGRATION_DATABASE_URL: MIGRATOR_ROLE,
  SETTINGS_DATABASE_URL: serviceRoleOf(SCHEMA_OF['settings-api']),
  DISPATCH_DATABASE_URL: serviceRoleOf(SCHEMA_OF['mail-dispatcher']),
  NOTIFY_DATABASE_URL: serviceRoleOf(SCHEMA_OF['notification-service']),
} as const;

const environment = z.object({
  ADMIN_DATABASE_URL: variables.DATABASE_URL.optional(),
  MIGRATION_DATABASE_URL: variables.DATABASE_URL,
  SETTINGS_DATABASE_URL: variables.DATABASE_URL,
  DISPATCH_DATABASE_URL: variables.DATABASE_URL,
  NOTIFY_DATABASE_URL: variables.DATABASE_URL,
});

/**
 * Creates the roles, or changes their passwords, as `ADMIN_DATABASE_URL`. If that is not set, returns the SQL that does so.
 * @throws EnvironmentError naming a URL that is missing, or that is for another role
 */
export async function provideDatabaseRoles(source: NodeJS.ProcessEnv): Promise<string> {
  const { ADMIN_DATABASE_URL, ...urls } = readEnvironment(environment, source);
  const passwords = new Map<string, string>();
  for (const [variable, role] of Object.entries(ROLE_OF)) {
    const { username, password } = new URL(urls[variable as keyof typeof urls]);
    if (decodeURIComponent(username) !== role || password === '')
      throw new EnvironmentError([`${variable} must be the address for the role ${role}, with its password`]);
    passwords.set(role, decodeURIComponent(password));
  }
  const statements = roleStatements(databaseIn(urls.MIGRATION_DATABASE_URL), (role) => passwords.get(role) ?? '');
  if (ADMIN_DATABASE_URL === undefined) return statements.map((statement) => `${statement};`).join('\n');
  await runAsAdministrator(ADMIN_DATABASE_URL, statements);
  return `roles: ${[...passwords.keys()].join(', ')}`;
}

/** Runs the statements in one transaction. */
export async function runAsAdministrator(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.query('BEGIN');
    for (const statement of statements) await client.query(statement);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

const databaseIn = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));
