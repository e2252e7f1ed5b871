// What must not hide in texts by which people recognise whom and what they deal with: names, file names, subjects.
import { explainLine, type LineLimits } from './text-rules.js';

/**
 * Embeddings, overrides and isolates turn the order of what is shown (`invoice‮fdp.exe` reads as `invoiceexe.pdf`); the others are not shown at
 * all. Joiners (U+200C, U+200D), marks of direction and variation selectors stay: Persian, Hindi, Hebrew and emoji are not written without them.
 */
const HIDDEN = /[\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\u{e0001}\u{e0020}-\u{e007f}]/u;
/** Flags of countries within countries end in tags; scripts without blanks mark the ends of words by U+200B. */
const WITHOUT_BLANKS = '[\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
const NEEDED = new RegExp(`\\u{1f3f4}[\\u{e0020}-\\u{e007e}]+\\u{e007f}|(?<=${WITHOUT_BLANKS})\\u200b|\\u200b(?=${WITHOUT_BLANKS})`, 'gu');
// U+2800 is the empty pattern of Braille.
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{Z}\p{C}\u2800]/u;
const PLAIN = /^[\x20-\x7e]*$/;
/** An encoded word (RFC 2047 2): mail readers show the decoded text in its place. */
const ENCODED_WORD = /=\?[^?\s]+\?[bq]\?[^?]*\?=/i;

/** Whether there is anything in a text that a person would see. */
export const hasVisible = (value: string): boolean => VISIBLE.test(value);

/** What is wrong with text that is shown to people, in words for the sender; `null` when nothing is. */
export function explainShownText(value: string): string | null {
  if (ENCODED_WORD.test(value)) return 'has an encoded word such as =?utf-8?q?…?=; send the text itself';
  if (PLAIN.test(value)) return null;
  if (value.trim() !== '' && !hasVisible(value)) return 'has nothing that can be seen; send a text that people can read';
  const hidden = HIDDEN.exec(value.replace(NEEDED, ''))?.[0].codePointAt(0);
  return hidden === undefined
    ? null
    : `has an invisible or direction-changing character (U+${hidden.toString(16).toUpperCase().padStart(4, '0')}); remove it`;
}

/** The same for a line of at most so many characters. */
export const explainShownLine = (value: string, limits: LineLimits): string | null => explainLine(value, limits) ?? explainShownText(value);

/**
 * The same for the name in front of a sender's address. Mail readers show it in place of the address, so it may not look like one. NFKC
 * brings full-width and small forms together with what they stand for.
 */
export function explainSenderName(value: string): string | null {
  if (/[@<>]/.test(value.normalize('NFKC'))) return 'has "@", "<" or ">", as if it were an e-mail address; send the name alone';
  return explainShownText(value);
}

export const explainSenderLine = (value: string, limits: LineLimits): string | null =>
  explainLine(value, limits) ?? explainSenderName(value);

/** The same for the name of a file. */
export function explainFilename(value: string): string | null {
  if (/[\\/]/.test(value)) return 'must be a file name without folders';
  if (/^(?=.*\.)[.\s\p{Default_Ignorable_Code_Point}]+$/u.test(value)) return 'must be a file name, not dots alone';
  return explainShownText(value);
}
