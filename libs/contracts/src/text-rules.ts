// Rules for a line of text. Kept apart from the schemas so that the page does not bundle zod.

// C0, DEL, C1, and the Unicode line separators that some mail readers treat as line ends.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_IN_LINE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u;

const characters = (value: string): number => Array.from(value).length;

/** The length of a line, in characters; `min` is 1 by default. */
export type LineLimits = { min?: number; max: number };
export type TextRule = { holds: (value: string) => boolean; otherwise: string };

export const tooManyCharacters = ({ max }: LineLimits): string => `is longer than ${max} characters; shorten it`;

/**
 * A single line of text: no line ends, no control characters, valid Unicode. Length counts characters (code points), not
 * UTF-16 units, so that 300 emoji are 300.
 */
export const lineRules = ({ min = 1, max }: LineLimits): TextRule[] => [
  { holds: (value) => value.isWellFormed(), otherwise: 'has broken Unicode (a lone surrogate); send valid UTF-8' },
  { holds: (value) => !CONTROL_IN_LINE.test(value), otherwise: 'has a line break or control character; send one line of plain text' },
  { holds: (value) => characters(value.trim()) >= min, otherwise: 'must not be empty' },
  { holds: (value) => characters(value) <= max, otherwise: tooManyCharacters({ max }) },
];

/** Says what is wrong with a line, in words for the person who typed it. Returns `null` if nothing is. */
export const explainLine = (value: string, limits: LineLimits): string | null =>
  lineRules(limits).find(({ holds }) => !holds(value))?.otherwise ?? null;
