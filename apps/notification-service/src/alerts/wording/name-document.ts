import { type Catalogue } from './catalogue.js';
import { quotable } from './one-line.js';

// Numbers are short; more than that is a letter in the subject.
const NUMBER_CHARACTERS = 40;

/** Type and number, the number as others wrote it. */
export const nameDocument = (words: Catalogue, type: keyof Catalogue['documentTypes'], number: string): string =>
  `${words.documentTypes[type]} ${words.quoted(quotable(number, NUMBER_CHARACTERS))}`;
