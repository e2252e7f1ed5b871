import { type Locale, SHARED_WORDS } from './catalogues.js';

/** Writes a time as a sentence names it: 3 Nov 2026, 14:05, or in German 03.11.2026 um 14:05 Uhr. Without `timeZone`, in the reader's. */
export function timeInSentence(iso: string, locale: Locale, dateStyle: 'medium' | 'long', timeZone?: string): string {
  const { tag, dayAndTime } = SHARED_WORDS[locale];
  const write = (style: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(tag, { ...style, ...(timeZone === undefined ? {} : { timeZone }) }).format(new Date(iso));
  return dayAndTime?.(write({ dateStyle }), write({ timeStyle: 'short' })) ?? write({ dateStyle, timeStyle: 'short' });
}
