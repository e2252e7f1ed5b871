import { withoutFormula } from '@billing-mail/contracts';

type Row<Column extends string> = Readonly<Record<Column, string | number | null>>;

/** Rows as RFC 4180 has them, with a line of names. What a spreadsheet would take for a formula stands as text. */
export const toCsv = <Column extends string>(columns: readonly Column[], rows: readonly Row<Column>[]): string =>
  toLines([columns]) + toLines(rows.map((row) => columns.map((column) => row[column])));

/** The same piece by piece, of rows that come in pages: a file of 200,000 lines is never in memory. */
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
