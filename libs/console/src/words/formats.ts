import { type Locale, SHARED_WORDS, timeInSentence } from '@billing-mail/contracts';

/** How numbers and times are written in a language, in the reader's time zone. */
export type Formats = {
  /** 3 Nov 2026, 14:05; in a sentence, use `inSentence` */
  dateTime: (iso: string) => string;
  /** 3 Nov 2026, 14:05; in German 03.11.2026 um 14:05 Uhr */
  inSentence: (iso: string) => string;
  /** 14:05:09 */
  time: (iso: string) => string;
  /** 14:05 */
  clock: (iso: string) => string;
  /** 14:05:09 on the day of `beside`, 4 Nov 2026, 14:05 on another. */
  moment: (iso: string, beside: string) => string;
  /** 2026-11-03 14:05:09, which spreadsheets of every language read as a time and can sort */
  cell: (iso: string) => string;
  isSameDay: (iso: string, other: string) => boolean;
  /** 3 Nov, of a calendar day such as 2026-11-03, which is not an instant */
  calendarDay: (date: string) => string;
  /** 3 Nov 2026, of a calendar day such as 2026-11-03 */
  wholeDay: (date: string) => string;
  number: (value: number) => string;
  /** 812 B, 150 KB, 4.2 MB */
  size: (bytes: number) => string;
  /** 812 ms, 4.2 s, 5 min */
  duration: (ms: number) => string;
};

/** Returns the formats of a language. `timeZone` is the reader's unless a test names one. */
export function formatsOf(locale: Locale, timeZone?: string): Formats {
  const { tag } = SHARED_WORDS[locale];
  const zone = timeZone === undefined ? {} : { timeZone };
  const dateTime = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', ...zone });
  const time = new Intl.DateTimeFormat(tag, { timeStyle: 'medium', ...zone });
  const clock = new Intl.DateTimeFormat(tag, { timeStyle: 'short', ...zone });
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'short', ...zone });
  const calendarDay = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const wholeDay = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' });
  // The Swedish locale writes dates and times as ISO 8601 does.
  const cell = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', ...zone });
  const number = new Intl.NumberFormat(tag);
  const oneDecimal = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const isSameDay = (iso: string, other: string): boolean => day.format(new Date(iso)) === day.format(new Date(other));
  return {
    dateTime: (iso) => dateTime.format(new Date(iso)),
    inSentence: (iso) => timeInSentence(iso, locale, 'medium', timeZone),
    time: (iso) => time.format(new Date(iso)),
    clock: (iso) => clock.format(new Date(iso)),
    moment: (iso, beside) => (isSameDay(iso, beside) ? time : dateTime).format(new Date(iso)),
    cell: (iso) => cell.format(new Date(iso)),
    isSameDay,
    calendarDay: (date) => calendarDay.format(new Date(date)),
    wholeDay: (date) => wholeDay.format(new Date(date)),
    number: (value) => number.format(value),
    size: (bytes) => {
      if (bytes < 1000) return `${number.format(bytes)}\u00a0B`;
      if (bytes < 1_000_000) return `${number.format(Math.round(bytes / 1000))}\u00a0KB`;
      return `${oneDecimal.format(bytes / 1_000_000)}\u00a0MB`;
    },
    duration: (ms) => {
      if (ms < 1000) return `${number.format(Math.round(ms))}\u00a0ms`;
      if (ms < 90_000) return `${oneDecimal.format(ms / 1000)}\u00a0s`;
      return `${number.format(Math.round(ms / 60_000))}\u00a0min`;
    },
  };
}
