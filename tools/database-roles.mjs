// `npm run database:roles`: creates a PostgreSQL role for each service and one for migrations. The work is in tools/src/database-roles.ts.
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure } from './steps.mjs';

endWithHelp('database:roles', process.argv.slice(2));
try {
  await prepareCheckout();
  const { provideDatabaseRoles } = await import('./dist/database-roles.js');
  console.log(await provideDatabaseRoles(process.env));
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
}
