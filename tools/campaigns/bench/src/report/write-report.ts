// Writes the results of a run: JSON and a drawing into the data folder and, on request, tables and drawing into the documents.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { replaceBlocks } from '@billing-mail/tools/docs/generated-blocks';
import { workspaceRoot } from '@billing-mail/tools/workspace';
import { type FamilyResult } from '../running/run-family.js';
import { drawing } from './drawing.js';
import { contendersTable, rowsTable } from './tables.js';

export type Report = { startedAt: Date; quick: boolean; rounds: number; results: readonly FamilyResult[] };

/** Writes `bench.json` and `bench.svg` into the folder. */
export function writeReport(folder: string, report: Report): void {
  writeFileSync(join(folder, 'bench.json'), `${JSON.stringify({ machine: machine(), ...report }, null, 2)}\n`);
  writeFileSync(join(folder, 'bench.svg'), drawing(report.results.flatMap(({ rows }) => rows)));
  console.log(`Figures, drawing and logs: ${folder}`);
}

/** Puts the figures into docs/performance.md and the drawing beside it. */
export function publishReport(results: readonly FamilyResult[]): void {
  const document = join(workspaceRoot, 'docs', 'performance.md');
  const blocks = { machine: machine(), rows: rowsTable(results), contenders: contendersTable(results) };
  writeFileSync(document, replaceBlocks(readFileSync(document, 'utf8'), blocks));
  writeFileSync(join(workspaceRoot, 'docs', 'performance.svg'), drawing(results.flatMap(({ rows }) => rows)));
}

function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node.js ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
}
