import { type Locale, LOCALES } from '@billing-mail/contracts';

/** Returns the names of all languages of the page, as one of them says them. */
export const languageNames = (locale: Locale): Record<Locale, string> => {
  const names = new Intl.DisplayNames(locale, { type: 'language' });
  return Object.fromEntries(LOCALES.map((each) => [each, names.of(each)])) as Record<Locale, string>;
};
