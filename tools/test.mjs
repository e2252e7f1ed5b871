// `npm test`: from whatever state the checkout is in to every test's result. Arguments (paths, Jest's flags) narrow it down.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure } from './steps.mjs';
import { NEEDED_BY_TESTS, provideSystemPrograms } from './system-programs.mjs';
import { workspaceRoot } from './workspace.mjs';

const results = join(workspaceRoot, '.data', 'test-results.json');

function runJest(args) {
  const jest = [join(workspaceRoot, 'node_modules', 'jest', 'bin', 'jest.js'), '--ci', '--json', `--outputFile=${results}`];
  // Three at a time: each spec file may run servers of its own, and waits for them half of its time.
  const child = spawn(process.execPath, [...jest, '--maxWorkers=3', ...args], { cwd: workspaceRoot, stdio: 'inherit' });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

try {
  rmSync(results, { force: true });
  mkdirSync(join(workspaceRoot, '.data'), { recursive: true });
  await prepareCheckout();
  await provideSystemPrograms(NEEDED_BY_TESTS);
  process.exitCode = await runJest(process.argv.slice(2));
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
}
