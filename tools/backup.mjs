// `npm run backup` and `npm run restore`. The work is in tools/src/backup.ts.
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure, step } from './steps.mjs';

const [command, ...args] = process.argv.slice(2);
endWithHelp(command, args);
try {
  process.umask(0o077);
  await prepareCheckout();
  const { runBackup, runRestore } = await import('./dist/run-backup.js');
  await (command === 'backup' ? runBackup : runRestore)(args, step);
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
}
