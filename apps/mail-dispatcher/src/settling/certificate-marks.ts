/**
 * The marks at which an alert is raised, once each, in days before the certificate expires. 0 is the last day; -1 means that it has
 * expired.
 */
const TOLD_AT_DAYS = [-1, 0, 3, 14, 30];
const DAY_MS = 24 * 60 * 60 * 1000;

/** The marks before the last day, for a metric. */
export const MARKS_BEFORE_END = TOLD_AT_DAYS.filter((days) => days > 0);

/**
 * Returns the latest mark that has been reached at `now` (milliseconds since the epoch); `null` before the first one. Its alert also covers
 * the earlier marks. `daysLeft` counts whole days; it is negative after the end.
 */
export function dueMark(notAfter: Date, now: number): { mark: number; daysLeft: number } | null {
  const daysLeft = Math.floor((notAfter.getTime() - now) / DAY_MS);
  const mark = TOLD_AT_DAYS.find((days) => daysLeft <= days);
  return mark === undefined ? null : { mark, daysLeft };
}
