// `npm run migrate`: migrates every service's tables in DATABASE_URL to the current version. The work is in tools/src/migrate-schemas.ts.
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { orExplain, step, StepError } from './steps.mjs';

endWithHelp('migrate', process.argv.slice(2));
await orExplain(async () => {
  await prepareCheckout();
  if (!process.env.DATABASE_URL && !process.env.DATABASE_URL_FILE) {
    throw new StepError(
      'DATABASE_URL is not set: which database?',
      'DATABASE_URL=postgresql://user:password@host:5432/database npm run migrate',
    );
  }
  const { migrateSchemas } = await import('./dist/migrate-schemas.js');
  await step('Tables', () => migrateSchemas(process.env));
});
