import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@billing-mail/tools/workspace';
import { FAMILIES } from '../rows.js';
import { rowsTable } from './tables.js';

/** Returns description, floor and aim of each row of a table. */
const boundsIn = (table: string): (string | undefined)[][] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, says, , floor, aim]) => [says, floor, aim]);

describe('docs/performance.md', () => {
  it('has each row of the table with its bounds, and no other', () => {
    const page = readFileSync(join(workspaceRoot, 'docs', 'performance.md'), 'utf8');
    const [, published = ''] = /<!-- generated: rows -->([\s\S]*?)<!-- end of generated -->/.exec(page) ?? [];
    const unmeasured = FAMILIES.map(({ name, rows }) => ({
      rows: rows.map((row) => ({ ...row, family: name, spread: null, verdict: 'skipped' as const, disturbed: 0 })),
      contenders: [],
    }));
    expect(boundsIn(published)).toEqual(boundsIn(rowsTable(unmeasured)));
  });
});
