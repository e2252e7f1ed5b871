import { type Locale, withoutFormula } from '@billing-mail/contracts';

// Where numbers have a decimal comma, as in German, spreadsheets expect semicolons between the cells.
const separatorOf = (locale: Locale): string => ((0.5).toLocaleString(locale).includes(',') ? ';' : ',');

/**
 * Formats rows as a CSV file (RFC 4180) that spreadsheets open correctly: a byte order mark keeps umlauts intact, and no cell
 * runs as a formula (OWASP "CSV injection").
 */
export function toCsv(rows: readonly (readonly string[])[], locale: Locale): string {
  const separator = separatorOf(locale);
  return `\ufeff${rows.map((row) => row.map(toCell).join(separator)).join('\r\n')}\r\n`;
}

// Matches a cell, quoted or not, and what ends it.
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|$)/g;

/** Returns the cells of a file as a service writes it: commas between the cells, a line end after each row. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const { 1: quoted, 2: plain = '', 3: end, index } of text.matchAll(CELL)) {
    if (index === text.length) break;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

function toCell(value: string): string {
  const harmless = withoutFormula(value);
  return /[",;\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
