/** How many days before a certificate ends an alert is raised, once each; 0: on its last day, -1: it has ended. */
const TOLD_AT_DAYS = [-1, 0, 3, 14, 30];
const DAY_MS = 24 * 60 * 60 * 1000;

/** The marks that lie before the end, for a metric. */
export const MARKS_BEFORE_END = TOLD_AT_DAYS.filter((days) => days > 0);

/**
 * The alert that is due at `now` (milliseconds of the clock), which includes what earlier ones would have said; `null` before the first.
 * `daysLeft` counts whole days; it is negative after the end.
 */
export function dueMark(notAfter: Date, now: number): { mark: number; daysLeft: number } | null {
  const daysLeft = Math.floor((notAfter.getTime() - now) / DAY_MS);
  const mark = TOLD_AT_DAYS.find((days) => daysLeft <= days);
  return mark === undefined ? null : { mark, daysLeft };
}
