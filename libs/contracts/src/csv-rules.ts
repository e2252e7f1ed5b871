/**
 * What makes a cell a formula. This includes the full-width and small forms that East Asian spreadsheets treat in the same way, and leading
 * spaces and invisible characters, which some spreadsheets drop when they open or paste a file. Our own cells never begin with a control
 * character.
 */
const FORMULA = /^(?:\p{Cc}|[\p{Z}\p{Cf}\p{Cc}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u;

/** Returns text of a cell that no spreadsheet runs as a formula (OWASP "CSV injection"): what others wrote may contain "=HYPERLINK(…)". */
export const withoutFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);
