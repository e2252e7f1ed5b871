// `npm run sbom`: writes the bill of materials, with every package that the lock file names, as CycloneDX to .data/sbom.cdx.json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmErrorsIn } from './install-packages.mjs';
import { runQuietly } from './run-quietly.mjs';
import { orExplain, StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

const file = join(workspaceRoot, '.data', 'sbom.cdx.json');

/**
 * Returns the packages of the lock file, without the workspaces and the links to them. A package may be installed
 * under another name than its own.
 */
function packagesInLock() {
  const { packages } = JSON.parse(readFileSync(join(workspaceRoot, 'package-lock.json'), 'utf8'));
  const installed = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);
  return installed.map(([path, { name }]) => ({
    path,
    names: [name, path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)],
  }));
}

await orExplain(async () => {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only', '--no-update-notifier'];
  const { code, output } = await runQuietly('npm', args, { cwd: workspaceRoot });
  if (code !== 0) throw new StepError(`npm made no bill of materials.\n${npmErrorsIn(output)}`, 'npm run lock:check');
  const bill = JSON.parse(output.slice(output.indexOf('{')));
  const listed = new Set(bill.components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
  const missing = packagesInLock().filter(({ names }) => !names.some((name) => listed.has(name)));
  if (missing.length > 0)
    throw new StepError(`The bill of materials lacks ${missing.map(({ path }) => path).join(', ')}.`, 'npm install && npm run sbom');
  mkdirSync(join(workspaceRoot, '.data'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`✓ ${bill.bomFormat} ${bill.specVersion}, ${bill.components.length} components: ${file}`);
});
