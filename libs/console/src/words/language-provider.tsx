import { type Locale, LOCALES } from '@billing-mail/contracts';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { CATALOGUES } from './catalogues.js';
import { formatsOf } from './formats.js';
import { LanguageContext } from './words-context.js';

const STORAGE_KEY = 'billing-mail.locale';

/** Returns the language that the reader chose before, else the browser's if the page has it, else English. */
function firstLocale(): Locale {
  const wanted = [localStorage.getItem(STORAGE_KEY), navigator.language.toLowerCase().split('-', 1)[0]];
  return wanted.map((each) => LOCALES.find((locale) => locale === each)).find((each) => each !== undefined) ?? 'en';
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState(firstLocale);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const language = useMemo(
    () => ({
      locale,
      words: CATALOGUES[locale],
      formats: formatsOf(locale),
      setLocale: (next: Locale) => {
        localStorage.setItem(STORAGE_KEY, next);
        setLocale(next);
      },
    }),
    [locale],
  );
  return <LanguageContext value={language}>{children}</LanguageContext>;
}
