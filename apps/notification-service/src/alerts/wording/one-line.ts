const DEFAULT_CHARACTERS = 200;

const QUOTATION_MARKS = /["\u201c-\u201f\u00ab\u00bb\u300c-\u300f\uff02]/g;

/** Foreign text to stand between quotation marks: it can't end them, and so never reads as ours. */
export const quotable = (value: string, maxCharacters?: number): string => oneLine(value, maxCharacters).replace(QUOTATION_MARKS, "'");

/**
 * Foreign text as one harmless line: no line ends (a header would split), no other controls, nothing that turns the writing
 * direction (an address could be shown as another), and not too long.
 */
export function oneLine(value: string, maxCharacters = DEFAULT_CHARACTERS): string {
  const line = value
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  const characters = Array.from(line);
  return characters.length <= maxCharacters ? line : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}
