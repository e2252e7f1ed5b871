import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATOR_ROLE, roleStatements, SCHEMA_OF, serviceRoleOf } from '@billing-mail/platform';
import { createPostgresCluster, POSTGRES_ROLE, startPostgresServer } from '@billing-mail/local-servers';
import { Client } from 'pg';
import { runAsAdministrator } from '../database-roles.js';
import { CurableError } from '../step.js';
import { dataFolder } from '../workspace.js';
import { type DatabaseAddress } from './environment.js';
import { logTo } from './log-file.js';
import { derivedPassword } from './secrets.js';
import { type Supervisor } from './supervisor.js';

const DATABASE = 'billing_mail';
const USUAL_PORT = 4132;

/**
 * Starts a PostgreSQL server of this checkout, with its data in the data folder. Resolves with the URL that has full
 * rights and those of the services.
 */
export async function providePrivatePostgres(supervisor: Supervisor, password: string): Promise<DatabaseAddress> {
  const folder = join(dataFolder(), 'postgres');
  if (!existsSync(join(folder, 'PG_VERSION'))) await createPostgresCluster(folder, password);
  let port = USUAL_PORT;
  await supervisor.keep({
    name: 'postgres',
    kind: 'server',
    endSignal: 'SIGINT', // SIGTERM would wait until every client has disconnected
    endWithinMs: 20_000,
    start: async () => {
      const started = await startPostgresServer({ dataFolder: folder, port, durable: true, onOutput: logTo('postgres') });
      port = started.port;
      return started.process;
    },
  });
  const passwordOf = (role: string): string => (role === POSTGRES_ROLE ? password : derivedPassword(password, role));
  const urlOf = (role: string, database = DATABASE): string => `postgres://${role}:${passwordOf(role)}@127.0.0.1:${port}/${database}`;
  await createDatabase(urlOf(POSTGRES_ROLE, 'postgres'));
  await runAsAdministrator(urlOf(POSTGRES_ROLE), roleStatements(DATABASE, passwordOf));
  return {
    url: urlOf(POSTGRES_ROLE),
    ofService: (service) => urlOf(serviceRoleOf(SCHEMA_OF[service])),
    ofMigrator: urlOf(MIGRATOR_ROLE),
  };
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    const isWrongPassword = (error as { code?: string }).code === '28P01';
    if (!isWrongPassword) throw error;
    throw new CurableError(
      'The database in the data folder was made with another password than secrets.json has now.',
      `rm -rf ${join(dataFolder(), 'postgres')} (its data is lost), then start again.`,
    );
  } finally {
    await client.end();
  }
}
