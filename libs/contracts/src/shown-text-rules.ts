// Rules against hidden characters in texts by which people recognise whom and what they deal with: names, file names, subjects.
import { explainLine, type LineLimits } from './text-rules.js';

/**
 * Embeddings, overrides and isolates change the order of the shown characters (`invoice‮fdp.exe` reads as `invoiceexe.pdf`); the others are
 * not shown at all. Joiners (U+200C, U+200D), direction marks and variation selectors are allowed: Persian, Hindi, Hebrew and emoji need
 * them.
 */
const HIDDEN = /[\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\u{e0001}\u{e0020}-\u{e007f}]/u;
/**
 * Uses that are needed: flags of parts of countries end in tag characters, and scripts without spaces mark the ends of words with U+200B.
 */
const WITHOUT_BLANKS = '[\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
const NEEDED = new RegExp(`\\u{1f3f4}[\\u{e0020}-\\u{e007e}]+\\u{e007f}|(?<=${WITHOUT_BLANKS})\\u200b|\\u200b(?=${WITHOUT_BLANKS})`, 'gu');
// U+2800 is the empty pattern of Braille.
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{Z}\p{C}\u2800]/u;
const PLAIN = /^[\x20-\x7e]*$/;
/** An encoded word (RFC 2047 2): mail readers show the decoded text in its place. */
const ENCODED_WORD = /=\?[^?\s]+\?[bq]\?[^?]*\?=/i;

/** Whether a text has anything that a person can see. */
export const hasVisible = (value: string): boolean => VISIBLE.test(value);

/** Says what is wrong with text that is shown to people, in words for the sender. Returns `null` if nothing is. */
export function explainShownText(value: string): string | null {
  if (ENCODED_WORD.test(value)) return 'has an encoded word such as =?utf-8?q?…?=; send the text itself';
  if (PLAIN.test(value)) return null;
  if (value.trim() !== '' && !hasVisible(value)) return 'has nothing that can be seen; send a text that people can read';
  const hidden = HIDDEN.exec(value.replace(NEEDED, ''))?.[0].codePointAt(0);
  return hidden === undefined
    ? null
    : `has an invisible or direction-changing character (U+${hidden.toString(16).toUpperCase().padStart(4, '0')}); remove it`;
}

/** The same for a line of limited length. */
export const explainShownLine = (value: string, limits: LineLimits): string | null => explainLine(value, limits) ?? explainShownText(value);

/**
 * The same for the name in front of a sender's address. Mail readers show it in place of the address, so it must not look like one. NFKC
 * replaces full-width and small forms by the ordinary characters.
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
