import { type BounceClass, type Locale } from '@billing-mail/contracts';
import { BOUNCES_IN_GERMAN } from './bounce-words.de.js';
import { BOUNCES_IN_ENGLISH } from './bounce-words.en.js';
import { type BounceCatalogue, type BounceWords } from './bounce-words.js';

const CATALOGUES: Readonly<Record<Locale, BounceCatalogue>> = { en: BOUNCES_IN_ENGLISH, de: BOUNCES_IN_GERMAN };

/** Returns why a document came back and what to do, for the people in billing. Quotes nobody; plain text. */
export const explainBounce = (of: BounceClass, locale: Locale): BounceWords => CATALOGUES[locale][of];
