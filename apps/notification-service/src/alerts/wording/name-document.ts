import { type Catalogue } from '../../words/catalogues.js';
import { quotable } from './one-line.js';

// Document numbers are short; a longer one could put a whole message into the subject.
const NUMBER_CHARACTERS = 40;

/** Returns type and number of a document. The number is text from outside. */
export const nameDocument = (words: Catalogue, type: keyof Catalogue['documentTypes'], number: string): string =>
  `${words.documentTypes[type]} ${words.quoted(quotable(number, NUMBER_CHARACTERS))}`;
