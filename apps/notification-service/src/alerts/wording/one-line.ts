const DEFAULT_CHARACTERS = 200;

const QUOTATION_MARKS = /["\u201c-\u201f\u00ab\u00bb\u300c-\u300f\uff02]/g;

/** Makes text from outside safe between quotation marks: it can't close the quotation, so it never reads as our own text. */
export const quotable = (value: string, maxCharacters?: number): string => oneLine(value, maxCharacters).replace(QUOTATION_MARKS, "'");

/**
 * Makes one harmless line of text from outside: without line ends (which would split a header), other control characters and bidirectional
 * controls (which could disguise an address), and with limited length.
 */
export function oneLine(value: string, maxCharacters = DEFAULT_CHARACTERS): string {
  const line = value
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  // A text never has more characters than UTF-16 code units, so a short one need not be split. Splitting costs more than everything else
  // here, and streams and lists word thousands of lines.
  if (line.length <= maxCharacters) return line;
  const characters = Array.from(line);
  return characters.length <= maxCharacters ? line : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}
