import { type Locale, withoutFormula } from '@billing-mail/contracts';

// What a spreadsheet of the language expects; a German one reads a comma as part of a number.
const SEPARATOR: Record<Locale, string> = { en: ',', de: ';' };

/**
 * Rows as a CSV file (RFC 4180) that spreadsheets open right: with a byte order mark, so that umlauts stay, and no cell that
 * would run as a formula (OWASP "CSV injection").
 */
export function toCsv(rows: readonly (readonly string[])[], locale: Locale): string {
  return `\ufeff${rows.map((row) => row.map(toCell).join(SEPARATOR[locale])).join('\r\n')}\r\n`;
}

// A cell, in quotes or without, and what ends it.
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|$)/g;

/** The cells of a file as a service makes it: commas between them, a line end behind each row. */
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
