import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';

const LIBRARIES = join(workspaceRoot, 'libs');
/** Without the generated HTTP clients, whose generator gives their types the same names in each. */
const SOURCES = readdirSync(LIBRARIES, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /(?:^|\/)src\/.*\.tsx?$/.test(path) && !/(?:^|\/)(?:node_modules|dist|generated)\//.test(path),
);
const EXPORTED_TYPE = /^export (?:declare )?(?:type|interface|enum|(?:abstract )?class) (\w+)/gm;

/** Returns the names that more than one file exports, with those files. */
function doublesIn(sources: readonly { path: string; text: string }[]): Record<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { path, text } of sources)
    for (const [, name = ''] of text.matchAll(EXPORTED_TYPE)) files.set(name, [...(files.get(name) ?? []), path]);
  return Object.fromEntries([...files].filter(([, paths]) => paths.length > 1));
}

describe('the names of the types that the libraries export', () => {
  it('exist once, so that a name means one thing wherever it is read', () => {
    expect(SOURCES.length).toBeGreaterThan(300);
    expect(doublesIn(SOURCES.map((path) => ({ path, text: readFileSync(join(LIBRARIES, path), 'utf8') })))).toEqual({});
  });

  it('are found whatever kind of type they name', () => {
    const sources = [
      { path: 'a.ts', text: 'export type One = 1;\nexport interface Two {}\nexport type Three = 3;' },
      { path: 'b.ts', text: 'export class One {}\nexport abstract class Two {}\nexport type Three = 3;' },
    ];
    expect(doublesIn(sources)).toEqual({ One: ['a.ts', 'b.ts'], Two: ['a.ts', 'b.ts'], Three: ['a.ts', 'b.ts'] });
  });
});
