import { dataSourceOptions, migrate, type Schema, Sql } from '@billing-mail/platform';
import { startTestDatabase } from '@billing-mail/testkit';
import { DataSource, type MigrationInterface } from 'typeorm';
import { dispatchSchema } from '../dispatch.schema.js';

type Migration = new () => MigrationInterface;
export type OlderDatabase = Awaited<ReturnType<typeof startOlderDatabase>>;

/** Starts a database as the release before `migration` left it, with a data source for the schema up to and including `migration`. */
export async function startOlderDatabase(migration: Migration) {
  const all = dispatchSchema.migrations as Migration[];
  const place = all.indexOf(migration);
  const upTo = (count: number): Schema => ({ ...dispatchSchema, migrations: all.slice(0, count) });
  const after = upTo(place + 1);
  const database = await startTestDatabase();
  await migrate(database.url, upTo(place));
  const source = await new DataSource(dataSourceOptions(database.url, after)).initialize();
  return {
    source,
    sql: new Sql(source),
    /** Runs the migrations up to `migration`, or all of them. */
    update: (to: 'migration' | 'latest' = 'migration') => migrate(database.url, to === 'latest' ? dispatchSchema : after),
    async stop(): Promise<void> {
      await source.destroy();
      await database.stop();
    },
  };
}
