// Tests the roles on a real PostgreSQL with the services' real tables: what each may do, and above all what it may not do.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_ROLES, grantsIn, MIGRATOR_ROLE, SCHEMA_OF, serviceRoleOf } from '@billing-mail/platform';
import { createPostgresCluster, POSTGRES_ROLE, startPostgresServer, type ServerProcess } from '@billing-mail/testkit';
import { Client } from 'pg';
import { provideDatabaseRoles } from './database-roles.js';
import { migrateSchemas } from './migrate-schemas.js';

const TABLE_OF = { settings: 'team_email_delivery', dispatch: 'deliveries', notify: 'notifications' } as const;
const VARIABLE_OF = { settings: 'SETTINGS_DATABASE_URL', dispatch: 'DISPATCH_DATABASE_URL', notify: 'NOTIFY_DATABASE_URL' } as const;
const SCHEMAS = Object.values(SCHEMA_OF);

describe('database roles', () => {
  let folder: string;
  let server: ServerProcess;
  let port: number;
  const urlOf = (role: string, password = `of ${role}/?`): string =>
    `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  const addresses = (): Record<string, string> => ({
    MIGRATION_DATABASE_URL: urlOf(MIGRATOR_ROLE),
    ...Object.fromEntries(SCHEMAS.map((schema) => [VARIABLE_OF[schema], urlOf(serviceRoleOf(schema))])),
  });
  const admin = (): string => urlOf(POSTGRES_ROLE, 'administrator');

  async function run(url: string, ...statements: string[]): Promise<unknown[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) ({ rows } = await client.query<object>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }
  const as = (schema: string, ...statements: string[]): Promise<unknown[]> => run(urlOf(serviceRoleOf(schema)), ...statements);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'billing-mail-roles-'));
    const dataFolder = join(folder, 'postgres');
    await createPostgresCluster(dataFolder, 'administrator');
    ({ port, process: server } = await startPostgresServer({ dataFolder, port: 0, durable: false }));
    // The state before roles were introduced: everything belongs to the administrator.
    await migrateSchemas({ ...process.env, DATABASE_URL: admin() });
    await provideDatabaseRoles({ ...addresses(), ADMIN_DATABASE_URL: admin() });
    await migrateSchemas({ ...process.env, DATABASE_URL: '', MIGRATION_DATABASE_URL: urlOf(MIGRATOR_ROLE) });
  });
  afterAll(async () => {
    await server.end('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  });

  it('hands all that was there before to the migrator', async () => {
    const others = await run(
      admin(),
      `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname IN ('settings', 'dispatch', 'notify') AND c.relowner <> '${MIGRATOR_ROLE}'::regrole
       UNION ALL SELECT nspname FROM pg_namespace WHERE nspname IN ('settings', 'dispatch', 'notify') AND nspowner <> '${MIGRATOR_ROLE}'::regrole`,
    );
    expect(others).toEqual([]);
  });

  it.each(SCHEMAS)('lets the service of %s read and write its own rows', async (schema) => {
    await as(schema, `SELECT * FROM ${schema}.${TABLE_OF[schema]} FOR UPDATE`, `DELETE FROM ${schema}.${TABLE_OF[schema]}`);
    await as(schema, `SELECT name FROM ${schema}.migrations`);
  });

  it.each(SCHEMAS)('limits the sessions of the service of %s, through a pooler too, and not those of migrations', async (schema) => {
    const limits = `SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle`;
    expect(await as(schema, limits)).toEqual([{ statement: '30s', idle: '1min' }]);
    expect(await run(urlOf(MIGRATOR_ROLE), limits)).toEqual([{ statement: '0', idle: '0' }]);
  });

  const foreign = SCHEMAS.flatMap((own) => SCHEMAS.filter((other) => other !== own).map((other) => [own, other] as const));
  it.each(foreign)('does not let the service of %s read %s', async (own, other) => {
    await expect(as(own, `SELECT FROM ${other}.${TABLE_OF[other]}`)).rejects.toThrow('permission denied for schema');
  });

  it.each(SCHEMAS)('does not let the service of %s change the tables themselves, or say that they are up to date', async (schema) => {
    const table = `${schema}.${TABLE_OF[schema]}`;
    for (const statement of [
      `CREATE TABLE ${schema}.more ()`,
      'CREATE TABLE public.more ()',
      'CREATE TEMP TABLE more ()',
      'CREATE SCHEMA more',
      `ALTER TABLE ${table} ADD COLUMN more text`,
      `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
      `TRUNCATE ${table}`,
      `DROP TABLE ${table}`,
      `DELETE FROM ${schema}.migrations`,
      `INSERT INTO ${schema}.migrations (timestamp, name) VALUES (1, 'none')`,
      `SET ROLE ${MIGRATOR_ROLE}`,
      `COPY (SELECT 1) TO PROGRAM 'true'`,
    ])
      await expect(as(schema, statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('does not let settings-api rewrite the history, whatever it sets', async () => {
    const history = 'settings.team_email_delivery_change';
    await as('settings', `INSERT INTO ${history} VALUES ('acme', 1, now(), 'u1', '[]')`);
    await expect(as('settings', `DELETE FROM ${history}`)).rejects.toThrow('append-only');
    await expect(as('settings', `SET session_replication_role = replica`)).rejects.toThrow('permission denied');
    await expect(as('settings', `ALTER TABLE ${history} DISABLE TRIGGER USER`)).rejects.toThrow('must be owner');
    await expect(as('settings', 'DROP FUNCTION settings.refuse_change CASCADE')).rejects.toThrow('must be owner');
  });

  it('gives a service its rights to a table in the moment that it is made', async () => {
    await run(urlOf(MIGRATOR_ROLE), 'CREATE TABLE notify.later (id bigint GENERATED BY DEFAULT AS IDENTITY, text text)');
    await as('notify', `INSERT INTO notify.later (text) VALUES ('x')`, 'SELECT * FROM notify.later');
    await run(urlOf(MIGRATOR_ROLE), 'DROP TABLE notify.later');
  });

  it('lets the migrator begin with nothing, extension included, and make nobody else anything', async () => {
    await run(admin(), 'CREATE DATABASE fresh');
    const fresh = (url: string): string => url.replace(/postgres$/, 'fresh');
    const inFresh = Object.fromEntries(Object.entries(addresses()).map(([name, url]) => [name, fresh(url)]));
    await provideDatabaseRoles({ ...inFresh, ADMIN_DATABASE_URL: fresh(admin()) });
    await migrateSchemas({ ...process.env, DATABASE_URL: '', MIGRATION_DATABASE_URL: fresh(urlOf(MIGRATOR_ROLE)) });
    await run(fresh(urlOf(serviceRoleOf('dispatch'))), `SELECT FROM dispatch.search_texts WHERE text LIKE '%x%'`);
    await expect(run(urlOf(MIGRATOR_ROLE), 'CREATE ROLE more')).rejects.toThrow('permission denied');
  });

  it('prints for an administrator what it would run, and no password', async () => {
    const printed = await provideDatabaseRoles(addresses());
    for (const role of DATABASE_ROLES) {
      expect(printed).toContain(`CREATE ROLE ${role};`);
      expect(printed).not.toContain(`of ${role}/?`);
    }
    await run(admin(), printed);
    await as('settings', 'SELECT 1');
  });

  it('asks for each address, for the role that it is meant for', async () => {
    await expect(provideDatabaseRoles({ ...addresses(), NOTIFY_DATABASE_URL: '' })).rejects.toThrow('NOTIFY_DATABASE_URL');
    await expect(provideDatabaseRoles({ ...addresses(), NOTIFY_DATABASE_URL: admin() })).rejects.toThrow('billing_mail_notify');
  });

  it('says what a service may do in one place, by schema', () => {
    expect(grantsIn('notify').filter((statement) => !statement.includes('notify'))).toEqual([]);
  });
});
