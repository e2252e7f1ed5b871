import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';

describe('the programs that tests need', () => {
  // A program with a question mark is optional where the user is not root. A test that puts it in front of a server would
  // then run without it, and pass.
  it('are provided everywhere, if the kit of the tests starts them', () => {
    const kit = join(workspaceRoot, 'libs', 'testkit', 'src');
    const files = readdirSync(kit, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const started = files.flatMap((file) =>
      [...readFileSync(join(kit, file), 'utf8').matchAll(/findProgram\('([^']+)'/g)].map(([, name = '']) => name),
    );
    const script = `import('./tools/system-programs.mjs').then((programs) => console.log(JSON.stringify(programs.NEEDED_BY_OPS_TESTS)))`;
    const provided = JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: workspaceRoot, encoding: 'utf8' })) as string[];
    expect(started).toContain('pgbouncer');
    expect(started.filter((name) => !provided.includes(name))).toEqual([]);
  });
});
