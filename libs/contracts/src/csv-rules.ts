/**
 * What makes a cell a formula, also in the wide and small forms that spreadsheets of East Asia take for the same, and behind blanks and
 * invisible characters, which some drop when they open or paste a file. Our own cells never begin with a control character.
 */
const FORMULA = /^(?:\p{Cc}|[\p{Z}\p{Cf}\p{Cc}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u;

/** Text of a cell that no spreadsheet runs as a formula (OWASP "CSV injection"): "=HYPERLINK(…)" may stand in what others wrote. */
export const withoutFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);
