// When to try a message again: the schedule that Standard Webhooks recommends. Pure.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The wait after each failed try; the first try is at once. If the try after the last wait fails, there is no further try. */
const WAITS_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/** Spreads tries that failed at the same time. */
const JITTER = 0.2;
/** A receiver can't postpone a message for longer than our own longest wait. */
const LONGEST_ASKED_MS = 24 * HOUR;

/** After this time without a success a webhook is switched off. */
export const OFF_AFTER_DAYS = 5;

/**
 * Returns the wait before the next try in milliseconds, or `null` if there is no further try.
 * @param failed failed tries, including this one
 * @param askedMs the wait that the receiver asked for; it can only lengthen ours
 * @param random from 0 to 1
 */
export function waitAfter(failed: number, askedMs: number | null, random: number): number | null {
  const planned = WAITS_MS[failed - 1];
  if (planned === undefined) return null;
  return Math.round(Math.max(planned * (1 + JITTER * random), Math.min(askedMs ?? 0, LONGEST_ASKED_MS)));
}

/** Reads `Retry-After` (RFC 9110, 10.2.3), a number of seconds or a date. Returns milliseconds, or `null` if it can't be read. */
export function askedWait(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  // Only a date in GMT is read, because `Date.parse` accepts nearly anything as a date.
  const at = header.endsWith(' GMT') ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
