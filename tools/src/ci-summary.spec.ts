import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceRoot } from './workspace.js';

const jestResults = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 0 };

function summarize(
  results: object | null,
  args: string[],
  opsResults: object | null = null,
): { lines: string[]; lastLine: string | undefined; exitCode: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'ci-summary-'));
  try {
    mkdirSync(join(folder, '.data'));
    if (results !== null) writeFileSync(join(folder, '.data', 'test-results.json'), JSON.stringify(results));
    if (opsResults !== null) writeFileSync(join(folder, '.data', 'ops-test-results.json'), JSON.stringify(opsResults));
    const { stdout, status } = spawnSync(process.execPath, [join(workspaceRoot, 'tools', 'ci-summary.mjs'), ...args], { cwd: folder });
    const lines = stdout.toString().trimEnd().split('\n');
    return { lines, lastLine: lines.at(-1), exitCode: status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the last line of .ci/run', () => {
  it.each([
    ['all passed', jestResults, ['0', 'lint=passed', 'typecheck=passed'], '9 passed, 0 failed', 0],
    ['a test failed', { ...jestResults, numFailedTests: 2 }, ['1', 'lint=passed'], '8 passed, 2 failed', 1],
    ['a spec file could not be loaded', { ...jestResults, numRuntimeErrorTestSuites: 1 }, ['1', 'lint=passed'], '8 passed, 1 failed', 1],
    ['a check failed', jestResults, ['0', 'lint=failed'], '7 passed, 1 failed', 1],
    ['the runner failed after its last test', jestResults, ['1', 'lint=passed'], '8 passed, 1 failed', 1],
    ['the tests never ran', null, ['1', 'lint=passed'], '1 passed, 1 failed', 1],
  ])('counts when %s', (_, results, args, lastLine, exitCode) => {
    expect(summarize(results, args)).toMatchObject({ lastLine, exitCode });
  });

  it('counts the tests of operations with the others', () => {
    const ops = { ...jestResults, numPassedTests: 2, numFailedTests: 1 };
    expect(summarize(jestResults, ['1', 'lint=passed'], ops)).toMatchObject({ lastLine: '10 passed, 1 failed', exitCode: 1 });
  });

  it('comes after each test that failed, by its file, its name and why', () => {
    const testResults = [
      { name: 'a.spec.ts', message: 'long', assertionResults: [{ status: 'passed', fullName: 'a adds', failureMessages: [] }] },
      {
        name: 'b.spec.ts',
        message: 'long',
        assertionResults: [
          { status: 'failed', fullName: 'b counts to nine', failureMessages: ['\u001b[31mExpected: 9\u001b[39m\nReceived: 10'] },
        ],
      },
      { name: 'c.spec.ts', message: 'Cannot find module', assertionResults: [] },
    ];
    const { lines } = summarize({ ...jestResults, numFailedTests: 1, numRuntimeErrorTestSuites: 1, testResults }, ['1', 'lint=passed']);
    expect(lines.slice(0, -2)).toEqual([
      '✗ b.spec.ts: b counts to nine',
      '    Expected: 9',
      '    Received: 10',
      '✗ c.spec.ts',
      '    Cannot find module',
    ]);
  });
});
