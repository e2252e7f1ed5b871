// Runs a program of this checkout after setting up and building: `node tools/run-built.mjs redis-server,chromium
// path/to/dist/program.js [arguments]`.
// `--services-only` before that builds the services and the programs that start them, but not the page, which may not compile until the
// program has written its types.
import { join } from 'node:path';
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { runChild } from './run-child.mjs';
import { orExplain } from './steps.mjs';
import { provideSystemPrograms } from './system-programs.mjs';
import { workspaceRoot } from './workspace.mjs';

const words = process.argv.slice(2);
const servicesOnly = words[0] === '--services-only';
const [needs, program, ...args] = servicesOnly ? words.slice(1) : words;
endWithHelp(program, args);
await orExplain(async () => {
  await prepareCheckout({ servicesOnly });
  await provideSystemPrograms(needs.split(','));
  process.exitCode = await runChild([join(workspaceRoot, program), ...args]);
});
