// `npm run lock:check`: checks that the lock file has a hash for every package, and that the npm of each stock Node.js release
// accepts it unchanged. An npm that considers it out of step with package.json refuses to install anything, and newer versions
// overlook what older ones do not.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmErrorsIn } from './install-packages.mjs';
import { runQuietly } from './run-quietly.mjs';
import { orExplain, step, StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

/** The versions that Node.js 20, 22 and 24 include. */
const NPM_VERSIONS = ['10.8.2', '10.9.9', '11.6.2'];

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];

/**
 * Copies everything that `npm ci` reads before it installs. In the checkout itself, a dry run would also look into the full node_modules.
 */
function copyManifests(folder) {
  const { packages } = JSON.parse(readFileSync(join(workspaceRoot, 'package-lock.json'), 'utf8'));
  const workspaces = Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));
  for (const path of ['package.json', 'package-lock.json', '.npmrc', ...workspaces.map((workspace) => join(workspace, 'package.json'))]) {
    cpSync(join(workspaceRoot, path), join(folder, path));
  }
}

/**
 * Fails if a package has no SHA-512 hash: npm would accept whatever the registry sends. Bundled packages are
 * covered by the hash of their parent.
 */
function checkHashes(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const isWithout = ([path, { link, inBundle, integrity }]) =>
    path.includes('node_modules/') && !link && !inBundle && !integrity?.startsWith('sha512-');
  const without = Object.entries(packages).filter(isWithout);
  if (without.length === 0) return;
  throw new StepError(`${without.length} have none: ${without.map(([path]) => path).join(', ')}.`, 'node tools/lock-fill.mjs');
}

/** Returns the path of that npm version's program, and installs it if necessary. It is kept for later runs. */
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
await orExplain(async () => {
  copyManifests(folder);
  await step('A hash of every package in the lock file', () => checkHashes(folder));
  for (const version of NPM_VERSIONS) await step(`The lock file with npm ${version}`, () => check(version, folder));
});
rmSync(folder, { recursive: true });
