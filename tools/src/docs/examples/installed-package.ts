// The published package as its users have it: packed, installed into an empty project, and the examples compiled
// there for both module systems.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from '../../workspace.js';

const run = promisify(execFile);

/** The project's other packages. They are copied from here, because tests fetch nothing. */
const BESIDES = ['zod', 'bull', 'openapi-fetch', '@types/node'];
const EXAMPLES = ['publish-invoice', 'send-invoice'];
const NPM_FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** Calls `example` through `import` or `require` and resolves with its result. */
export type CallExample = (by: 'import' | 'require', example: string, args: readonly string[]) => Promise<unknown>;

/** Creates the project in `folder`, which must not exist yet. */
export async function installPackage(folder: string): Promise<CallExample> {
  const inFolder = { cwd: folder };
  const npm = (...args: string[]) => run('npm', [...args, ...NPM_FLAGS, '--cache', join(folder, 'npm-cache')], inFolder);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  await npm('pack', join(workspaceRoot, 'libs', 'contracts'));
  const packed = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const links = BESIDES.map((name) => join(workspaceRoot, 'node_modules', name));
  await npm('install', '--offline', '--install-links=false', ...packed.map((name) => `./${name}`), ...links);

  for (const example of EXAMPLES)
    for (const extension of ['mts', 'cts']) copyFileSync(join(__dirname, `${example}.ts`), join(folder, `${example}.${extension}`));
  const compiler = join(workspaceRoot, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
  const sources = readdirSync(folder).filter((name) => /\.[mc]ts$/.test(name));
  await run(
    process.execPath,
    [compiler, '--module', 'nodenext', '--target', 'es2023', '--strict', '--types', 'node', ...sources],
    inFolder,
  );

  return async (by, example, args) => {
    const loaded = by === 'import' ? `import('./${example}.mjs')` : `Promise.resolve(require('./${example}.cjs'))`;
    const program = `${loaded}.then((module) => Object.values(module)[0](...process.argv.slice(1))).then((answer) => console.log(JSON.stringify(answer ?? null)))`;
    return JSON.parse((await run(process.execPath, ['--input-type=commonjs', '--eval', program, ...args], inFolder)).stdout) as unknown;
  };
}
