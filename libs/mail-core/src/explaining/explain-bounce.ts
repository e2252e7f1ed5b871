import { type BounceClass, type Locale } from '@billing-mail/contracts';
import { type BounceWords } from '../words/bounce-words.js';
import { CATALOGUES } from '../words/catalogues.js';

/** Returns why a document came back and what to do, for the people in billing. Quotes nobody; plain text. */
export const explainBounce = (of: BounceClass, locale: Locale): BounceWords => CATALOGUES[locale].bounces[of];
