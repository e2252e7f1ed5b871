import { type Locale } from '@billing-mail/contracts';
import { CATALOGUES, type Words } from '../words/catalogues.js';

/** Returns why a recipient who was accepted after a doubt may have received a second copy, for the people in billing. */
export const explainSecondCopy = (locale: Locale): Words['secondCopy'] => CATALOGUES[locale].secondCopy;
