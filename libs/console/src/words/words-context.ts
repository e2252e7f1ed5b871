import { type Locale } from '@billing-mail/contracts';
import { createContext, useContext } from 'react';
import { type Catalogue } from './catalogues.js';
import { type Formats } from './formats.js';

export type Language = { locale: Locale; words: Catalogue; formats: Formats; setLocale: (locale: Locale) => void };

export const LanguageContext = createContext<Language | null>(null);

/** Returns the words and formats of the language that the reader has chosen. */
export function useLanguage(): Language {
  const language = useContext(LanguageContext);
  if (language === null) throw new Error('useLanguage is used outside of LanguageProvider.');
  return language;
}
