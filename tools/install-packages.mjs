// The packages of the lock file in node_modules, by the npm that is there; when that fails, what npm itself said about it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';
import { StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

/** npm notes in node_modules what it installed last; it is done when every package of the lock file is there in that version, and a link to each of ours. */
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

/** Throws StepError with npm's own error. */
export async function installPackages(say) {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  // Install scripts of packages are not run: one reports to its author, the others only build what is shipped built.
  // Requests are logged because npm 10 says nothing else when the network is away.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'];
  const { code, output } = await runQuietly(npm[0], [...npm.slice(1), ...args], { cwd: workspaceRoot });
  // Some npm (10.8.2 for one) end with 0 when they break off in the middle, so its exit code is not enough.
  if (code !== 0 || !isInstalled()) {
    const errors = npmErrorsIn(output);
    throw new StepError(`npm ci ended with ${code} and without all packages.\n${errors}`, cureOf(errors));
  }
  say('node_modules is as the lock file says');
}

/** What the user has to do about an error of npm; the first that fits. */
const CURES = [
  [/EUSAGE/, 'git checkout package.json package-lock.json; after a change of yours: npm install && node tools/lock-fill.mjs'],
  [/ENOSPC/, 'make room on the disk, then start again.'],
  [/EACCES|EPERM|EROFS/, 'see that this folder and ~/.npm are yours to write to, then start again.'],
  [/E401|E403/, 'npm login; the registry in use: npm config get registry'],
  [/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|CERT|ERR_SOCKET/, 'check the network and the registry: npm ping'],
];

const cureOf = (errors) => CURES.find(([sign]) => sign.test(errors))?.[1] ?? 'npm ci --include=dev --ignore-scripts (it shows all of it)';

const LINES_SHOWN = 15;

/** npm's own words, each once, without the usage that it prints after a mistake; of the requests that failed, some. */
export function npmErrorsIn(output) {
  const [beforeUsage] = output.split(/^npm error Clean install a project$/m);
  const lines = [...new Set(beforeUsage.split('\n'))];
  const errors = lines.filter((line) => !/^npm (http|warn)|^npm error$/.test(line)).slice(0, LINES_SHOWN);
  const failedRequests = lines.filter((line) => /^npm http fetch .* failed with /.test(line)).slice(-3);
  return [...failedRequests, ...errors].join('\n');
}
