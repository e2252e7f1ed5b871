import { type Locale } from '@billing-mail/contracts';
import { GERMAN } from './catalogue.de.js';
import { ENGLISH } from './catalogue.en.js';
import { type Catalogue } from './catalogue.js';

export const CATALOGUES: Record<Locale, Catalogue> = { en: ENGLISH, de: GERMAN };
