// `npm run archive`. The work is in tools/src/archive.ts.
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure, step } from './steps.mjs';

try {
  process.umask(0o077);
  await prepareCheckout();
  const { runArchive } = await import('./dist/run-archive.js');
  process.exitCode = await runArchive(process.argv.slice(2), step);
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
}
