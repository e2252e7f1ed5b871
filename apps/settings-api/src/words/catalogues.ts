import { type Locale } from '@billing-mail/contracts';
import { words as de } from './de.js';
import { words as en } from './en.js';

/** Everything that this service says to readers, by language. A language that lacks a text does not compile. */
export const CATALOGUES: Readonly<Record<Locale, typeof en>> = { en, de };
