// Installs the packages of the lock file into node_modules with the npm that is present. If that fails, the error quotes npm.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';
import { StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

/**
 * Whether every package of the lock file is installed in its version, and every workspace linked. npm notes in
 * node_modules what it installed last.
 */
export function isInstalled() {
  const installed = join(workspaceRoot, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(workspaceRoot, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, meta]) =>
      !path.startsWith('node_modules/') || meta.optional || (present[path] !== undefined && present[path].version === meta.version),
  );
}

/** Installs the packages. Throws StepError with npm's own error. */
export async function installPackages(say) {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  // Install scripts of packages are not run: one reports to its author, and the others only build what is already shipped built.
  // Requests are logged because npm 10 prints nothing else if the network is down.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'];
  const { code, output } = await runQuietly(npm[0], [...npm.slice(1), ...args], { cwd: workspaceRoot });
  // Some versions of npm (10.8.2, for example) exit with 0 when they stop in the middle, so the exit code is not enough.
  if (code !== 0 || !isInstalled()) {
    const errors = npmErrorsIn(output);
    throw new StepError(`npm ci ended with ${code} and without all packages.\n${errors}`, cureOf(errors));
  }
  say('node_modules matches the lock file');
}

/** What the user has to do about an npm error. The first pattern that matches counts. */
const CURES = [
  [/EUSAGE/, 'git checkout package.json package-lock.json; after a change of yours: npm install && node tools/lock-fill.mjs'],
  [/ENOSPC/, 'make room on the disk, then start again.'],
  [/EACCES|EPERM|EROFS/, 'see that this folder and ~/.npm are yours to write to, then start again.'],
  [/E401|E403/, 'npm login; the registry in use: npm config get registry'],
  [/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|CERT|ERR_SOCKET/, 'check the network and the registry: npm ping'],
];

const cureOf = (errors) => CURES.find(([sign]) => sign.test(errors))?.[1] ?? 'npm ci --include=dev --ignore-scripts (it shows all of it)';

const LINES_SHOWN = 15;

/**
 * Returns npm's own error lines, each once, without the usage text that npm prints after a mistake, and the last 3 of the failed requests.
 */
export function npmErrorsIn(output) {
  const [beforeUsage] = output.split(/^npm error Clean install a project$/m);
  const lines = [...new Set(beforeUsage.split('\n'))];
  const errors = lines.filter((line) => !/^npm (http|warn)|^npm error$/.test(line)).slice(0, LINES_SHOWN);
  const failedRequests = lines.filter((line) => /^npm http fetch .* failed with /.test(line)).slice(-3);
  return [...failedRequests, ...errors].join('\n');
}
