// `npm run doctor`: shows what this machine has and lacks, and with `-- --production` checks everything that the services depend on. Each
// finding names its remedy. It changes nothing permanently.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endWithHelp } from './help.mjs';
import { checkMachine } from './machine-checks.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { orExplain } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

const args = process.argv.slice(2);
endWithHelp('doctor', args);
await orExplain(async () => {
  process.exitCode = args.includes('--production') ? await examineProduction() : await lookAround();
});

async function examineProduction() {
  await prepareCheckout();
  const { runDoctor } = await import('./dist/doctor/run-doctor.js');
  const { report, isWell } = await runDoctor(
    args.filter((arg) => arg !== '--production'),
    process.env,
  );
  console.log(report);
  return isWell ? 0 : 1;
}

/** `npm start` brings whatever is missing here, so nothing of it is a failure. */
async function lookAround() {
  const dataFolder = resolve(workspaceRoot, process.env.DATA_DIR ?? '.data');
  const isRunning = existsSync(join(dataFolder, 'start.json'));
  for (const { name, ok, detail, cure } of await checkMachine(isRunning))
    console.log(`${ok ? '✓' : '✗'} ${name.padEnd(14)} ${ok ? detail : `missing or taken; ${cure}`}`);
  await lookAtDocuments();
  console.log(isRunning ? `Billing Mail runs here: ${join(dataFolder, 'start.json')}` : 'Billing Mail does not run here: npm start');
  return 0;
}

/** Only if a document store is configured and the tools have been built. */
async function lookAtDocuments() {
  const built = join(workspaceRoot, 'tools', 'dist', 'doctor', 'document-store.js');
  if (!process.env.DOCUMENT_STORE_URL || !existsSync(built)) return;
  const { lookAtDocumentStore } = await import(built);
  for (const { about, state, seen, cure } of await lookAtDocumentStore(process.env))
    console.log(state === 'fine' ? `✓ ${about.padEnd(14)} ${seen}` : `✗ ${about.padEnd(14)} ${seen}; ${cure}`);
}
