// `npm run archive`. The work is in tools/src/archive.ts.
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure, step } from './steps.mjs';

endWithHelp('archive', process.argv.slice(2));
try {
  process.umask(0o077);
  await prepareCheckout();
  const { runArchive } = await import('./dist/run-archive.js');
  process.exitCode = await runArchive(process.argv.slice(2), step);
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
}
