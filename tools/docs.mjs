// Updates the parts of the documents that are generated from the code, and the Helm chart's list of variables. The work is
// in tools/src/docs/documents.ts.
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure } from './steps.mjs';

try {
  await prepareCheckout();
  const { writeDocuments } = await import('./dist/docs/documents.js');
  for (const path of await writeDocuments()) console.log(`${path} is up to date`);
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
}
