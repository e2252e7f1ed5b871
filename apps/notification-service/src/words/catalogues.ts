import { type Locale } from '@billing-mail/contracts';
import { words as de } from './de/index.js';
import { words as en } from './en/index.js';

export type Catalogue = typeof en;

/** Everything that alerts and their e-mails say, by language. A language that lacks a text does not compile. */
export const CATALOGUES: Readonly<Record<Locale, Catalogue>> = { en, de };
