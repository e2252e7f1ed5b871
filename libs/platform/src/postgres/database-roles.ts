// Who may do what in the database: a role for each service, with rights to the rows of its own schema only, and one that owns the tables
// and migrates them. Where these roles do not exist none of this applies, and one role serves for all.
import { createHmac, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import { SESSION_LIMITS } from './session-limits.js';

/** The role that owns the schemas and changes them; the only one that may create tables. */
export const MIGRATOR_ROLE = 'billing_mail_migrator';

/** The schema that a service owns. */
export const SCHEMA_OF = { 'settings-api': 'settings', 'mail-dispatcher': 'dispatch', 'notification-service': 'notify' } as const;
export type ServiceWithSchema = keyof typeof SCHEMA_OF;

/** Returns the role that works on a schema's rows. A user who signs in under another name is made a member of it. */
export const serviceRoleOf = (schema: string): string => `billing_mail_${schema}`;

export const DATABASE_ROLES: readonly string[] = [MIGRATOR_ROLE, ...Object.values(SCHEMA_OF).map(serviceRoleOf)];

/**
 * Returns the statements by which the schema's owner grants a service its rights after each migration: to read and write rows, and nothing
 * else. The default privileges give a table the same rights at the moment it is created, so that a service never meets one that it may not
 * read.
 */
export function grantsIn(schema: string): string[] {
  const role = serviceRoleOf(schema);
  const rows = 'SELECT, INSERT, UPDATE, DELETE';
  return [
    `GRANT USAGE ON SCHEMA "${schema}" TO ${role}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA "${schema}" GRANT ${rows} ON TABLES TO ${role}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA "${schema}" GRANT USAGE, SELECT ON SEQUENCES TO ${role}`,
    `GRANT ${rows} ON ALL TABLES IN SCHEMA "${schema}" TO ${role}`,
    `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "${schema}" TO ${role}`,
    // A service may check whether its tables are up to date, but not record that they are.
    `REVOKE INSERT, UPDATE, DELETE ON "${schema}".migrations FROM ${role}`,
  ];
}

/**
 * Returns the statements that an administrator runs once in `database`, and again whenever a password changes. They create the roles and
 * hand over to the migrator what exists already. They are safe to repeat. Passwords are passed as SCRAM verifiers, so that neither the
 * statements nor the server's log reveal them.
 */
export function roleStatements(database: string, passwordOf: (role: string) => string): string[] {
  const quoted = `"${database.replaceAll('"', '""')}"`;
  return [
    ...DATABASE_ROLES.flatMap((role) => [
      `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role}; END IF; END $$`,
      `ALTER ROLE ${role} LOGIN PASSWORD '${scramVerifier(passwordOf(role))}'`,
      `GRANT CONNECT ON DATABASE ${quoted} TO ${role}`,
    ]),
    // Behind a pooler this is the only way in which a limit reaches each of the server's connections. Only services are limited, because
    // migrations and copies of tables take their time.
    ...Object.values(SCHEMA_OF).flatMap((schema) =>
      Object.entries(SESSION_LIMITS).map(([name, value]) => `ALTER ROLE ${serviceRoleOf(schema)} SET ${name} = '${value}'`),
    ),
    // By default everybody may create tables, if only temporary ones.
    `REVOKE TEMPORARY ON DATABASE ${quoted} FROM PUBLIC`,
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    `GRANT CREATE ON DATABASE ${quoted} TO ${MIGRATOR_ROLE}`,
    // An administrator who is no superuser can hand objects over only to a role of which they are a member.
    `GRANT ${MIGRATOR_ROLE} TO CURRENT_USER`,
    HAND_OVER,
  ];
}

/**
 * Hands over the schemas, tables, sequences and functions that belong to another role. Objects of an extension stay with it; the sequence
 * of an identity column follows its table.
 */
const HAND_OVER = `DO $$
DECLARE change text;
BEGIN
  FOR change IN
    WITH ours AS (SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname IN (${Object.values(SCHEMA_OF)
      .map((schema) => `'${schema}'`)
      .join(', ')})),
    migrator AS (SELECT oid FROM pg_roles WHERE rolname = '${MIGRATOR_ROLE}')
    SELECT format('ALTER SCHEMA %I', nspname) FROM ours, migrator WHERE nspowner <> migrator.oid
    UNION ALL
    SELECT format('ALTER TABLE %s', c.oid::regclass) FROM pg_class c JOIN ours ON ours.oid = c.relnamespace, migrator
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relowner <> migrator.oid
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
    UNION ALL
    SELECT format('ALTER ROUTINE %s', p.oid::regprocedure) FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace, migrator
    WHERE p.proowner <> migrator.oid
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  LOOP
    EXECUTE change || ' OWNER TO ${MIGRATOR_ROLE}';
  END LOOP;
END $$`;

/** PostgreSQL's own default. */
const ITERATIONS = 4096;

/** Returns what PostgreSQL stores for a password (RFC 5802, RFC 7677), and accepts in place of the password. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyFor = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(keyFor('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${keyFor('Server Key').toString('base64')}`;
}
