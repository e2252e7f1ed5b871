// `npm run lock:check`: whether the lock file says of every package what its bytes must be, and whether the npm that each stock Node.js brings
// takes it as it is. An npm that finds it out of step with package.json refuses to install anything, and newer ones overlook what older ones do not.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmErrorsIn } from './install-packages.mjs';
import { runQuietly } from './run-quietly.mjs';
import { explainFailure, step, StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

/** Node.js 20, 22 and 24 bring them. */
const NPM_VERSIONS = ['10.8.2', '10.9.9', '11.6.2'];

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];

/** All that `npm ci` reads before it installs: a dry run beside a full node_modules would still look into that. */
function copyManifests(folder) {
  const { packages } = JSON.parse(readFileSync(join(workspaceRoot, 'package-lock.json'), 'utf8'));
  const workspaces = Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));
  for (const path of ['package.json', 'package-lock.json', '.npmrc', ...workspaces.map((workspace) => join(workspace, 'package.json'))]) {
    cpSync(join(workspaceRoot, path), join(folder, path));
  }
}

/** Of a package without its hash npm would take whatever the registry sends. What is bundled comes with the hash of its parent. */
function checkHashes(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const isWithout = ([path, { link, inBundle, integrity }]) =>
    path.includes('node_modules/') && !link && !inBundle && !integrity?.startsWith('sha512-');
  const without = Object.entries(packages).filter(isWithout);
  if (without.length === 0) return;
  throw new StepError(`${without.length} have none: ${without.map(([path]) => path).join(', ')}.`, 'node tools/lock-fill.mjs');
}

/** Path of that npm's program. It is kept for the next time. */
async function provideNpm(version) {
  const folder = join(workspaceRoot, '.data', 'npm', version);
  const program = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(program)) return program;
  const { code, output } = await runQuietly('npm', ['install', '--prefix', folder, '--no-save', ...QUIET, `npm@${version}`]);
  if (code !== 0) throw new StepError(`npm ${version} could not be fetched.\n${npmErrorsIn(output)}`, 'npm ping');
  return program;
}

async function check(version, folder) {
  const npm = await provideNpm(version);
  const { code, output } = await runQuietly(process.execPath, [npm, 'ci', '--dry-run', '--include=dev', ...QUIET], { cwd: folder });
  if (code !== 0) {
    throw new StepError(`npm ${version} refuses the lock file.\n${npmErrorsIn(output)}`, 'npm install && node tools/lock-fill.mjs');
  }
}

const folder = mkdtempSync(join(tmpdir(), 'lock-check-'));
try {
  copyManifests(folder);
  await step('A hash of every package in the lock file', () => checkHashes(folder));
  for (const version of NPM_VERSIONS) await step(`The lock file with npm ${version}`, () => check(version, folder));
} catch (error) {
  explainFailure(error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
