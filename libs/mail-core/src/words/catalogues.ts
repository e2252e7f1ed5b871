import { type Locale } from '@billing-mail/contracts';
import { words as de } from './de/index.js';
import { words as en } from './en/index.js';

export type Words = typeof en;

/** Why something failed and what helps, by language. A language or a code without words does not compile. */
export const CATALOGUES: Readonly<Record<Locale, Words>> = { en, de };
