// The tables for readers: the rows with their bounds, and the figures of each contender.
import { markdownTable } from '@billing-mail/tools/docs/markdown-table';
import { type Bound, type Unit } from '../row.js';
import { type FigureName, type Figures, type Spread } from '../running/figures.js';
import { type ContenderResult, DISTURBED_SHARE, type FamilyResult, type RowResult } from '../running/run-family.js';

const MARKS: Readonly<Record<RowResult['verdict'], string>> = {
  aim: 'aim reached',
  floor: 'floor holds',
  missed: 'not reached',
  told: '',
  skipped: 'not measured',
};

/** Formats a value with three significant digits, because no figure here is more precise. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(digits, 3));
}

const showSpread = ({ median, min, max }: Spread, unit: Unit | '' = ''): string =>
  `${show(median)}${unit === '×' || unit === '' ? unit : ` ${unit}`}${min === max ? '' : ` (${show(min)}–${show(max)})`}`;

const showBound = (bound: Bound | null, which: 'floor' | 'aim'): string => {
  const limit = bound?.[which];
  return bound === null || limit === undefined ? '' : `${bound.kind === 'atLeast' ? '≥' : '≤'} ${limit}`;
};

/** Returns the table of the rows: description, measurement, floor, aim, verdict. */
export function rowsTable(results: readonly FamilyResult[]): string {
  const rows = results
    .flatMap((result) => result.rows)
    .map(({ says, unit, bound, spread, verdict, why, disturbed }) => [
      says,
      spread === null ? `– ${why ?? ''}` : showSpread(spread, unit),
      showBound(bound, 'floor'),
      showBound(bound, 'aim'),
      `${MARKS[verdict]}${disturbed > 0 ? ' (on a busy machine)' : ''}`,
    ]);
  return markdownTable(['row', 'measured', 'floor', 'aim', ''], rows);
}

const COLUMNS: readonly [FigureName, string][] = [
  ['perSecond', 'messages/s'],
  ['ownCpuMs', 'CPU of its process, ms'],
  ['machineCpuMs', 'CPU of the machine, ms'],
  ['peakMb', 'peak memory, MiB'],
  ['connections', 'connections'],
];

/** Returns the table of the contenders' figures; only those that moved messages. */
export function contendersTable(results: readonly FamilyResult[]): string {
  const cell = ({ figures }: ContenderResult, name: FigureName): string => {
    const spread = figures[name];
    return spread === undefined ? '' : showSpread(spread);
  };
  const rows = results
    .flatMap((result) => result.contenders)
    .filter(({ figures }) => figures.perSecond !== undefined)
    .map((result) => [`${result.family}/${result.name}`, ...COLUMNS.map(([name]) => cell(result, name))]);
  return markdownTable(['contender', ...COLUMNS.map(([, title]) => title)], rows);
}

export function printTables(results: readonly FamilyResult[]): void {
  console.log(`\n${contendersTable(results)}\n\n${rowsTable(results)}\n`);
}

/** Prints one line for each run as it ends. */
export function printRun(what: string, figures: Figures): void {
  const told = Object.entries(figures).map(([name, value]) => `${name} ${show(value)}`);
  const mark = (figures.foreignShare ?? 0) > DISTURBED_SHARE ? ' — on a busy machine' : '';
  console.log(`${what}: ${told.join(', ')}${mark}`);
}
