import { withoutFormula } from '@billing-mail/contracts';

type Row<Column extends string> = Readonly<Record<Column, string | number | null>>;

/** Returns rows as CSV (RFC 4180) with a header line. A value that a spreadsheet would take for a formula is written as text. */
export const toCsv = <Column extends string>(columns: readonly Column[], rows: readonly Row<Column>[]): string =>
  toLines([columns]) + toLines(rows.map((row) => columns.map((column) => row[column])));

/** Yields the same piece by piece from pages of rows, so that a file of 200,000 lines is never in memory as a whole. */
export async function* inCsv<Column extends string>(
  columns: readonly Column[],
  pages: AsyncIterable<readonly Row<Column>[]>,
): AsyncGenerator<string> {
  yield toCsv(columns, []);
  for await (const rows of pages) yield toLines(rows.map((row) => columns.map((column) => row[column])));
}

const toLines = (lines: readonly (readonly (string | number | null)[])[]): string =>
  lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');

function cellOf(value: string | number | null): string {
  if (value === null) return '';
  const safe = typeof value === 'string' ? withoutFormula(value) : String(value);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
