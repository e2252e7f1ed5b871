// `npm run send`. The work is in tools/src/send.ts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { orExplain } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

endWithHelp('send', process.argv.slice(2));
await orExplain(async () => {
  if (!existsSync(join(workspaceRoot, 'tools', 'dist', 'send.js'))) await prepareCheckout();
  const { send } = await import('./dist/send.js');
  process.exitCode = await send(process.argv.slice(2));
});
