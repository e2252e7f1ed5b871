// `npm run person` and `npm run legal-hold`. The work is in tools/src/person.ts.
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure } from './steps.mjs';

const [command, ...args] = process.argv.slice(2);
endWithHelp(command, args);
try {
  await prepareCheckout();
  const { runLegalHold, runPerson } = await import('./dist/run-person.js');
  await (command === 'person' ? runPerson : runLegalHold)(args);
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
}
