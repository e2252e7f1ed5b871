import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from './workspace.js';

const execute = promisify(execFile);
const CONFIG = '.dependency-cruiser.cjs';
const DISPATCHER = 'apps/mail-dispatcher/src';

/** Returns a source file that imports types from these modules and exports one type. */
const source = (...imports: string[]): string =>
  `${imports.map((from) => `import type * as it from '${from}';\n`).join('')}export type Own = 1;\n`;

describe('npm run cycles', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
    for (const path of [CONFIG, 'tsconfig.base.json', 'tools/boundaries.cjs']) cpSync(join(workspaceRoot, path), join(folder, path));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Returns what the rules say about these files: `ok`, or the names of the violated rules. */
  async function judge(files: Record<string, string>): Promise<string[] | 'ok'> {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const cruiser = join(workspaceRoot, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
    try {
      await execute(process.execPath, [cruiser, '--config', CONFIG, '--output-type', 'err', 'apps'], { cwd: folder });
      return 'ok';
    } catch (error) {
      const { stdout } = error as { stdout: string };
      return [...stdout.matchAll(/error (\S+):/g)].map(([, rule = '']) => rule).sort();
    }
  }

  it.each<[string, Record<string, string>, string[] | 'ok']>([
    [
      'lets imports run downwards',
      {
        'claiming/claim.ts': source('../documents/store.js'),
        'documents/store.ts': source('../records/rows.js'),
        'records/rows.ts': source(),
      },
      'ok',
    ],
    [
      'finds one that runs upwards along the way of a delivery',
      { 'settling/settle.ts': source('../claiming/claim.js'), 'claiming/claim.ts': source() },
      ['settling-imports-downwards'],
    ],
    [
      'finds the tables asking what is fetched',
      { 'records/rows.ts': source('../documents/store.js'), 'documents/store.ts': source() },
      ['records-imports-downwards'],
    ],
    [
      'finds two folders that import each other, be it in different files',
      {
        'settling/settle.ts': source('../documents/store.js'),
        'settling/decide.ts': source(),
        'documents/store.ts': source(),
        'documents/key.ts': source('../settling/decide.js'),
      },
      ['documents-imports-downwards'],
    ],
    [
      'finds who mixes what is kept with the way of a delivery',
      {
        'keeping/expiries.ts': source('../records/rows.js'),
        'records/rows.ts': source(),
        'intake/take.ts': source('../keeping/persons.js'),
        'keeping/persons.ts': source(),
      },
      ['intake-imports-downwards', 'keeping-stands-alone'],
    ],
    [
      'finds two files whose types need each other',
      { 'records/rows.ts': source('./lanes.js'), 'records/lanes.ts': source('./rows.js') },
      ['no-circle'],
    ],
  ])('%s', async (_, files, expected) => {
    expect(await judge(Object.fromEntries(Object.entries(files).map(([path, content]) => [join(DISPATCHER, path), content])))).toEqual(
      expected,
    );
  });

  it('finds an app that imports another', async () => {
    const files = { [`${DISPATCHER}/app.ts`]: source('../../settings-api/src/app.js'), 'apps/settings-api/src/app.ts': source() };
    expect(await judge(files)).toEqual(expect.arrayContaining(['apps/mail-dispatcher-code-imports-what-it-may']));
  });
});
