import { dataSourceOptions, migrate, type Schema, Sql } from '@billing-mail/platform';
import { startTestDatabase } from '@billing-mail/testkit';
import { DataSource, type MigrationInterface } from 'typeorm';
import { dispatchSchema } from '../dispatch.schema.js';

type Migration = new () => MigrationInterface;
export type OlderDatabase = Awaited<ReturnType<typeof startOlderDatabase>>;

/** The database as a release before `migration` left it, and the schema that ends with it. */
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
    /** Takes it as far as `migration`, or as far as there is. */
    update: (to: 'migration' | 'latest' = 'migration') => migrate(database.url, to === 'latest' ? dispatchSchema : after),
    async stop(): Promise<void> {
      await source.destroy();
      await database.stop();
    },
  };
}
