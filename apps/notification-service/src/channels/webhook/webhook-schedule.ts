// When a message is tried: the schedule that Standard Webhooks recommends. Pure.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits after each failed try; the first try is at once. After the last there is none. */
const WAITS_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/** Tries that failed together must not come again together. */
const JITTER = 0.2;
/** No receiver puts a message off for longer than the longest wait of our own. */
const LONGEST_ASKED_MS = 24 * HOUR;

/** After so long without a success nobody is there any more. */
export const OFF_AFTER_DAYS = 5;

/**
 * How long until the next try, `null` when there is none.
 * @param failed tries that have failed, this one included
 * @param askedMs what the receiver asked for; only ever makes it longer
 * @param random from 0 to 1
 */
export function waitAfter(failed: number, askedMs: number | null, random: number): number | null {
  const planned = WAITS_MS[failed - 1];
  if (planned === undefined) return null;
  return Math.round(Math.max(planned * (1 + JITTER * random), Math.min(askedMs ?? 0, LONGEST_ASKED_MS)));
}

/** `Retry-After` (RFC 9110 10.2.3): seconds or a date. `null` where it can't be read. */
export function askedWait(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  // Without its zone a parser takes anything for a date.
  const at = header.endsWith(' GMT') ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
