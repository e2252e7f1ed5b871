// "Please come back in 5 minutes": how long a server asks to wait, read from its words.

/** Contract 3.3: what a server asks for is obeyed within these bounds. */
export const SHORTEST_ASKED_WAIT_MS = 30_000;
export const LONGEST_ASKED_WAIT_MS = 6 * 3_600_000;

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const NUMBERS: Readonly<Record<string, number>> = { a: 1, an: 1, one: 1, two: 2, five: 5, ten: 10, fifteen: 15, thirty: 30 };

// A time in a reply is mostly that of the limit ("100 messages in 1 hour"): only what follows one of these asks for a wait.
const ASKS =
  '(?:(?:try|retry|come|send|resend|check)(?: it| again| back| later)*|retry-after|wait|gr[ae]y-?list(?:ed|ing)|deferred|delayed|blocked)';
const BETWEEN = '(?:[ :,]+(?:again|later|please|temporarily|in|after|for|about|at least|another|approximately))*[ :=]+';
const CLOCK = new RegExp(`\\b${ASKS}${BETWEEN}(\\d{1,2}):(\\d{2}):(\\d{2})\\b`, 'i');
const AMOUNT = new RegExp(
  `\\b${ASKS}${BETWEEN}(\\d{1,7}|${Object.keys(NUMBERS).join('|')}) ?(s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hrs?|hours?|d|days?)\\b`,
  'i',
);
// HTTP's way of saying it (RFC 9110 10.2.3), in seconds.
const BARE = /\bretry-?after[ :=]+(\d{1,7})\b/i;

/** How long the server asks to wait, in milliseconds, brought between 30 s and 6 h; `null` when it names no time. */
export function askedWaitMs(reply: string): number | null {
  const asked = fromClock(reply) ?? fromAmount(reply) ?? fromSeconds(reply);
  return asked === null ? null : Math.min(Math.max(asked, SHORTEST_ASKED_WAIT_MS), LONGEST_ASKED_WAIT_MS);
}

function fromClock(reply: string): number | null {
  const [, hours, minutes, seconds] = CLOCK.exec(reply) ?? [];
  return hours === undefined ? null : (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

function fromAmount(reply: string): number | null {
  const [, amount = '', unit = ''] = AMOUNT.exec(reply) ?? [];
  const unitMs = UNIT_MS[unit.charAt(0).toLowerCase()];
  return unitMs === undefined ? null : (NUMBERS[amount.toLowerCase()] ?? Number(amount)) * unitMs;
}

function fromSeconds(reply: string): number | null {
  const [, seconds] = BARE.exec(reply) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
