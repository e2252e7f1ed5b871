// From whatever state the checkout is in to every test's result, in `.data/<results>`.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure } from './steps.mjs';
import { provideSystemPrograms } from './system-programs.mjs';
import { workspaceRoot } from './workspace.mjs';

/** Runs Jest; the exit code is the process's. */
export async function runTests(results, programs, args) {
  const file = join(workspaceRoot, '.data', results);
  try {
    rmSync(file, { force: true });
    mkdirSync(join(workspaceRoot, '.data'), { recursive: true });
    await prepareCheckout();
    await provideSystemPrograms(programs);
    process.exitCode = await runJest(['--ci', '--json', `--outputFile=${file}`, ...args]);
  } catch (error) {
    explainFailure(error);
    process.exitCode = 1;
  }
}

function runJest(args) {
  const jest = join(workspaceRoot, 'node_modules', 'jest', 'bin', 'jest.js');
  // On a terminal Ctrl-C reaches Jest as well; who ends only this process means the tests.
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end.abort());
  const child = spawn(process.execPath, [jest, ...args], { cwd: workspaceRoot, stdio: 'inherit', signal: end.signal });
  // It is told of the abort; how it ended says "close".
  child.once('error', () => undefined);
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
