// Reads from a server's words how long it asks to wait ("Please come back in 5 minutes").

/** Contract 3.3: what a server asks for is obeyed within these bounds. */
export const SHORTEST_ASKED_WAIT_MS = 30_000;
export const LONGEST_ASKED_WAIT_MS = 6 * 3_600_000;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const NUMBERS: Readonly<Record<string, number>> = { a: 1, an: 1, one: 1, two: 2, three: 3, five: 5, ten: 10, fifteen: 15, thirty: 30 };

// A time in a reply usually belongs to a limit ("100 messages in 1 hour"). Only a time that follows one of these words asks for a wait.
const ASKS =
  '(?:(?:re-?try|try|come|re-?send|check)(?: (?:it|your|the|this|mail|e-?mail|message|again|back|later))*|wait|gr[ae]y-?list(?:ed|ing)|deferred|delayed|blocked|banned)';
const PAUSE = '[ :,;(=-]+';
const BETWEEN = `(?:${PAUSE}(?:again|later|please|temporarily|in|after|within|for|about|at least|another|approximately))*${PAUSE}`;
const CLOCK = '\\d{1,2}:\\d{2}:\\d{2}\\b';
/** ISO 8601. */
const PERIOD = 'PT(?:\\d{1,7}[HMS])+\\b';
const PART = `(\\d{1,7}(?:\\.\\d{1,3})?|(?:${Object.keys(NUMBERS).join('|')})(?= )) ?(s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hrs?|hours?|d|days?)(?![a-z])`;
const PARTS = `${PART}(?:,? ?(?:and )?${PART})*`;
const ASKED = new RegExp(`\\b${ASKS}${BETWEEN}(?<time>${CLOCK}|${PERIOD}|${PARTS})`, 'i');
const EACH_PART = new RegExp(PART, 'gi');
const EACH_OF_PERIOD = /(\d+)([hms])/gi;
// Written as in HTTP (RFC 9110 10.2.3), in seconds.
const BARE = /\bretry-?after[ :=]+(\d{1,7})\b/i;

/** Returns how long the server asks to wait, in milliseconds, limited to between 30 s and 6 h; `null` if it names no time. */
export function askedWaitMs(reply: string): number | null {
  const time = ASKED.exec(reply)?.groups?.['time'];
  const [, seconds] = time === undefined ? (BARE.exec(reply) ?? []) : [];
  const asked = time === undefined ? Number(seconds ?? NaN) * 1000 : msOf(time);
  return Number.isNaN(asked) ? null : Math.min(Math.max(asked, SHORTEST_ASKED_WAIT_MS), LONGEST_ASKED_WAIT_MS);
}

function msOf(time: string): number {
  if (time.includes(':')) return time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
  const parts = time.matchAll(/^pt/i.test(time) ? EACH_OF_PERIOD : EACH_PART);
  return Array.from(parts, ([, amount = '', unit = '']) => {
    const count = NUMBERS[amount.toLowerCase()] ?? Number(amount);
    return count * (UNIT_MS[unit.charAt(0).toLowerCase()] ?? NaN);
  }).reduce((sum, ms) => sum + ms, 0);
}
