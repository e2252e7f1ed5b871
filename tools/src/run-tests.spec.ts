import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workspaceRoot } from './workspace.js';

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
/** A child process that has just ended, such as the build, is not Jest and cannot be read any more. */
const isJest = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('jest.js');
  } catch {
    return false;
  }
};

it('ends Jest when only the command is ended, as a supervisor does', async () => {
  const program = `import('./tools/run-tests.mjs').then(({ runTests }) => runTests('ended-test-results.json', [], ['libs/mail-core']))`;
  const command = spawn(process.execPath, ['--eval', program], { cwd: workspaceRoot, stdio: 'ignore' });
  const pid = command.pid ?? 0;
  let jest: number | undefined;
  while ((jest = childrenOf(pid).find(isJest)) === undefined) await sleep(20);
  command.kill('SIGTERM');
  await once(command, 'close');
  expect(existsSync(`/proc/${jest}`)).toBe(false);
  expect(existsSync(join(workspaceRoot, '.data', 'ended-test-results.json'))).toBe(false);
});
