import { type DataSourceOptions } from 'typeorm';

export type Schema = {
  /** PostgreSQL schema that the service owns; nobody else reads or writes it. */
  name: string;
  entities: NonNullable<DataSourceOptions['entities']>;
  migrations: NonNullable<DataSourceOptions['migrations']>;
};

/** TypeORM over `pg`; tables come from migrations only, never from `synchronize`. */
export function dataSourceOptions(
  databaseUrl: string,
  schema: Schema,
  options: { poolSize?: number; applicationName?: string } = {},
): DataSourceOptions {
  return {
    type: 'postgres',
    url: databaseUrl,
    schema: schema.name,
    entities: schema.entities,
    migrations: schema.migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    poolSize: options.poolSize ?? 10,
    applicationName: options.applicationName ?? 'billing-mail',
    connectTimeoutMS: 5000,
    extra: { statement_timeout: 30_000, query_timeout: 35_000, idle_in_transaction_session_timeout: 60_000, keepAlive: true },
  };
}
