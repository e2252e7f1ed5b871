import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { workspaceRoot } from './workspace.js';

const execute = promisify(execFile);

type Packages = Record<string, { version?: string; dev?: boolean; dependencies?: Record<string, string> }>;

describe('npm run check', () => {
  it.each<[string, Packages, string[]]>([
    ['finds a second copy of what we depend on', { 'node_modules/x/node_modules/zod': { version: '4.0.0' } }, ['zod 4.6.7, and 4.0.0 in']],
    ['leaves another major version to who needs it', { 'node_modules/x/node_modules/zod': { version: '3.9.0' } }, []],
    ['leaves out what is for development only', { 'node_modules/x/node_modules/zod': { version: '4.0.0', dev: true } }, []],
    ['is not misled by a name that ends alike', { 'node_modules/@other/zod': { version: '4.0.0' } }, []],
  ])('%s', async (_, others, found) => {
    const packages = { '': { dependencies: { zod: '4.6.7' } }, 'node_modules/zod': { version: '4.6.7' }, ...others };
    const script = `import { duplicatesIn } from ${JSON.stringify(pathToFileURL(join(workspaceRoot, 'tools', 'duplicate-packages.mjs')))};
      console.log(JSON.stringify(duplicatesIn(JSON.parse(process.argv[1]))));`;
    const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', script, JSON.stringify(packages)]);
    expect(JSON.parse(stdout)).toEqual(found.map((text) => expect.stringContaining(text)));
  });

  describe('--hook', () => {
    let clone: string;
    const git = (...args: string[]) =>
      execute('git', ['-c', 'user.name=Anna', '-c', 'user.email=anna@example.org', ...args], {
        cwd: clone,
        // The environment as outside a Git hook of this repository.
        env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
      });

    beforeAll(async () => {
      clone = mkdtempSync(join(tmpdir(), 'billing-mail-hook-'));
      for (const path of ['.githooks', '.prettierrc.json', '.prettierignore', '.gitignore', 'package.json', 'package-lock.json'])
        cpSync(join(workspaceRoot, path), join(clone, path), { recursive: true });
      cpSync(join(workspaceRoot, 'tools'), join(clone, 'tools'), { recursive: true, filter: (path) => !/tools\/(?:src|dist)/.test(path) });
      symlinkSync(join(workspaceRoot, 'node_modules'), join(clone, 'node_modules'));
      await git('init', '--quiet');
      await execute(process.execPath, [join(clone, 'tools', 'check.mjs'), '--hook']);
    });
    afterAll(() => rmSync(clone, { recursive: true, force: true }));

    it('lets a commit in that is well, and no other', async () => {
      writeFileSync(join(clone, 'settings.json'), '{"a":   1}');
      await git('add', 'settings.json');
      await expect(git('commit', '--message', 'chore: badly formatted')).rejects.toMatchObject({
        stderr: expect.stringContaining('npm run format'),
      });
      writeFileSync(join(clone, 'settings.json'), '{ "a": 1 }\n');
      await git('add', 'settings.json');
      await git('commit', '--message', 'chore: well formatted');
      expect((await git('log', '--format=%s')).stdout).toBe('chore: well formatted\n');
    });
  });
});
