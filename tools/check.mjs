// `npm run check`: what a change must pass besides the tests. `--staged` checks only format, types and lint of what is about to be
// committed, which takes seconds; the hook that `--hook` installs calls it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { duplicatesIn } from './duplicate-packages.mjs';
import { endWithHelp } from './help.mjs';
import { isInstalled } from './install-packages.mjs';
import { runQuietly } from './run-quietly.mjs';
import { explainFailure, step, StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

const FIX = 'fix the lines named above';
const npmRun = (script) => ['npm', 'run', '--silent', script];
const TYPES = ['Types', npmRun('typecheck'), FIX];

/** For each check: its name, the command, and what helps if it finds something. */
const OF_ALL = [
  ['Format', npmRun('format:check'), 'npm run format'],
  TYPES,
  ['Lint and import cycles', npmRun('lint'), FIX],
  ['Unused code', npmRun('unused'), 'remove it, or its "export"; knip.json names where programs begin'],
];

function ofStaged() {
  const names = execFileSync('git', ['diff', '--cached', '--name-only', '--diff-filter=ACMR', '-z'], {
    cwd: workspaceRoot,
    encoding: 'utf8',
  });
  const files = names.split('\0').filter((name) => name !== '' && existsSync(join(workspaceRoot, name)));
  if (files.length === 0) return [];
  const prettier = join(workspaceRoot, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  const format = [process.execPath, prettier, '--check', '--ignore-unknown', '--log-level', 'warn', ...files];
  const sources = files.filter((name) => /\.tsx?$/.test(name));
  const oxlint = [process.execPath, join(workspaceRoot, 'node_modules', 'oxlint', 'bin', 'oxlint'), ...sources];
  return [['Format', format, 'npm run format'], ...(sources.length > 0 ? [TYPES, ['Lint', oxlint, FIX]] : [])];
}

async function run([title, [program, ...args], cure]) {
  await step(title, async () => {
    const { code, output } = await runQuietly(program, args, { cwd: workspaceRoot });
    if (code !== 0) throw new StepError(output, cure);
  });
}

/** Fails if one of our own dependencies exists twice: two copies of a library share neither classes nor state. */
async function checkDuplicates() {
  await step('Duplicate dependencies', async () => {
    const found = duplicatesIn(JSON.parse(readFileSync(join(workspaceRoot, 'package-lock.json'), 'utf8')).packages);
    if (found.length > 0) throw new StepError(found.join('\n'), 'npm dedupe && node tools/lock-fill.mjs');
  });
}

/** Installs the hook for this clone and its worktrees; the hook itself is in the repository. */
function installHook() {
  execFileSync('git', ['config', 'core.hooksPath', '.githooks'], { cwd: workspaceRoot });
  console.log(
    'Each commit is checked from now on; git commit --no-verify skips the check, git config --unset core.hooksPath removes the hook.',
  );
}

const args = process.argv.slice(2);
endWithHelp('check', args);
if (args.includes('--hook')) {
  installHook();
} else {
  if (!isInstalled()) {
    explainFailure(new StepError('The packages are not as the lock file says.', 'npm ci --ignore-scripts'));
    process.exit(1);
  }
  const checks = args.includes('--staged') ? ofStaged() : [...OF_ALL, checkDuplicates];
  // Runs all checks even if one fails, so that one run reports everything.
  for (const check of checks) {
    try {
      await (typeof check === 'function' ? check() : run(check));
    } catch (error) {
      explainFailure(error);
      process.exitCode = 1;
    }
  }
}
