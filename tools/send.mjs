// `npm run send`. The work is in tools/src/send.ts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepareCheckout, workspaceRoot } from './prepare-checkout.mjs';
import { explainFailure } from './steps.mjs';

try {
  if (!existsSync(join(workspaceRoot, 'tools', 'dist', 'send.js'))) await prepareCheckout();
  const { send } = await import('./dist/send.js');
  process.exitCode = await send(process.argv.slice(2));
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
}
