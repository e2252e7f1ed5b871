// Builds an earlier version of the services from this checkout's history, beside the checkout.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@billing-mail/tools/workspace';

const MODULES = 'node_modules';
const OWN = '@billing-mail';

const run = (command: string, ...args: string[]): string => execFileSync(command, args, { cwd: workspaceRoot, encoding: 'utf8' }).trim();

/**
 * Builds the services in `folder` as they were before the last migration was added to one of them, and returns that commit. The npm
 * packages are those of this checkout, our own packages those of the earlier version.
 * @throws Error if the history is missing, as in a shallow clone, or if that version does not compile with this version's packages
 */
export function buildEarlierVersion(folder: string, services: readonly string[]): string {
  const added = run('git', 'log', '--diff-filter=A', '-1', '--format=%H', '--', 'apps/*/src/migrations/*');
  if (added === '') throw new Error('This needs the history of the last migration: git fetch --unshallow');
  const commit = run('git', 'rev-parse', `${added}^`);
  mkdirSync(folder, { recursive: true });
  const archive = `${folder}.tar`;
  run('git', 'archive', `--output=${archive}`, commit);
  run('tar', '--extract', `--file=${archive}`, `--directory=${folder}`);
  linkPackages(folder);
  const compiler = join(folder, MODULES, '@typescript', 'native', 'bin', 'tsc');
  const projects = services.map((service) => join(folder, 'apps', service, 'tsconfig.build.json'));
  execFileSync(process.execPath, [compiler, '--build', ...projects], { stdio: 'inherit' });
  return commit;
}

function linkPackages(folder: string): void {
  const [from, to] = [join(workspaceRoot, MODULES), join(folder, MODULES)];
  mkdirSync(join(to, OWN), { recursive: true });
  for (const name of readdirSync(from).filter((each) => each !== OWN && each !== '.bin')) symlinkSync(join(from, name), join(to, name));
  for (const lib of readdirSync(join(folder, 'libs'))) symlinkSync(join(folder, 'libs', lib), join(to, OWN, lib));
}
