// Updates the parts of the documents that are generated from the code, and the Helm chart's list of variables. The work is
// in tools/src/docs/documents.ts.
import { prepareCheckout } from './prepare-checkout.mjs';
import { orExplain } from './steps.mjs';

await orExplain(async () => {
  await prepareCheckout();
  const { writeDocuments } = await import('./dist/docs/documents.js');
  for (const path of await writeDocuments()) console.log(`${path} is up to date`);
});
