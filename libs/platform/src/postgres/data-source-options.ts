import { type ClientBase } from 'pg';
import { type DataSourceOptions } from 'typeorm';
import { variables } from '../env/variables.js';
import { MeasuredClient, QueryTimes } from './query-times.js';
import { type Requirement } from './requirements.js';
import { SESSION_LIMITS } from './session-limits.js';

export type Schema = {
  /** PostgreSQL schema that the service owns; nobody else reads or writes it. */
  name: string;
  /** Entity classes of the tables that are read and written as entities. */
  entities?: NonNullable<DataSourceOptions['entities']>;
  migrations: NonNullable<DataSourceOptions['migrations']>;
  /** What the schema needs of PostgreSQL besides the version that all schemas need. */
  needs?: readonly Requirement[];
};

/** Returns options for TypeORM over `pg`. Tables come from migrations only, never from `synchronize`. */
export function dataSourceOptions(
  databaseUrl: string,
  schema: Schema,
  options: { poolSize?: number; applicationName?: string; connectTimeoutMs?: number } = {},
): DataSourceOptions {
  return {
    type: 'postgres',
    url: databaseUrl,
    schema: schema.name,
    entities: schema.entities ?? [],
    subscribers: [QueryTimes],
    migrations: schema.migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    poolSize: options.poolSize ?? 10,
    applicationName: options.applicationName ?? 'billing-mail',
    connectTimeoutMS: options.connectTimeoutMs ?? variables.DATABASE_CONNECT_TIMEOUT.parse(undefined),
    extra: { Client: MeasuredClient, query_timeout: 35_000, keepAlive: true, onConnect: limitSession },
  };
}

/**
 * Sets the session limits by a statement, because PgBouncer refuses them as parameters of the connection. Behind PgBouncer they also hold
 * for whoever gets that connection of the server next, which is a service with the same limits; the roles of services have these limits
 * anyway.
 */
async function limitSession(client: ClientBase): Promise<void> {
  const names = Object.keys(SESSION_LIMITS);
  await client.query(
    `SELECT ${names.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`).join(', ')}`,
    Object.entries(SESSION_LIMITS).flat(),
  );
}
