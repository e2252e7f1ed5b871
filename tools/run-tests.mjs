// Runs the tests from whatever state the checkout is in, and writes the results to `.data/<results>`.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepareCheckout } from './prepare-checkout.mjs';
import { runChild } from './run-child.mjs';
import { orExplain } from './steps.mjs';
import { provideSystemPrograms } from './system-programs.mjs';
import { workspaceRoot } from './workspace.mjs';

/** Runs Jest and sets this process's exit code to Jest's. */
export async function runTests(results, programs, args) {
  const file = join(workspaceRoot, '.data', results);
  await orExplain(async () => {
    rmSync(file, { force: true });
    mkdirSync(join(workspaceRoot, '.data'), { recursive: true });
    await prepareCheckout();
    await provideSystemPrograms(programs);
    const jest = join(workspaceRoot, 'node_modules', 'jest', 'bin', 'jest.js');
    process.exitCode = await runChild([jest, '--ci', '--json', `--outputFile=${file}`, ...args]);
  });
}
