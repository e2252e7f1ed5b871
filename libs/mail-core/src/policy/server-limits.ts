// How the limits of mail servers are handled: a server accepts only so many messages, recipients, connections or sign-ins in a given time.
// A delivery that meets a limit waits and loses no try.
import { type RecipientResult } from '../delivery/recipient-result.js';
import { type Verdict } from '../replies/verdict.js';

/**
 * Age at which a delivery's tries count again in spite of a limit. It is longer than any daily limit lasts; without it, a delivery could
 * wait for ever and nobody would be told.
 */
export const LIMIT_PATIENCE_MS = 4 * 24 * 3_600_000;

/**
 * The share of the first wait between two tries that a route waits after its first limit: 30 s of 5 minutes. Most limits are counted by the
 * minute.
 */
const FIRST_WAIT_SHARE = 1 / 10;

type Tried = { results: readonly RecipientResult[]; failure: Verdict | null };

function firstVerdict({ results, failure }: Tried, isIt: (verdict: Verdict) => boolean): Verdict | null {
  if (failure !== null && isIt(failure)) return failure;
  for (const result of results) if (result.outcome === 'refused' && isIt(result.verdict)) return result.verdict;
  return null;
}

/**
 * Returns the verdict by which the server accepts no more for now, or `null` if no limit was met. A mailbox that receives too much is not a
 * limit of the route.
 */
export const limitMet = (tried: Tried): Verdict | null =>
  firstVerdict(tried, ({ reason, scope }) => reason === 'smtp_rate_limited' && scope === 'route');

/** Returns the verdict by which nothing goes out on this route until somebody changes something, or `null` if there is none. */
export const wayStopped = (tried: Tried): Verdict | null => firstVerdict(tried, ({ stopsWay }) => stopsWay === true);

/** Returns how long a stopped route is left alone if nobody changes anything, in milliseconds: as long as the longest planned wait. */
export const stopMs = (retryDelaysMs: readonly number[]): number => Math.max(...retryDelaysMs);

/**
 * Returns how long a route waits after a limit, in milliseconds: the time that the server asked for. If it named no time, or one that
 * proved too short, the wait doubles from limit to limit, up to the longest planned wait.
 * @param limitsInARow limits without an accepted message in between, this one included
 * @param retryDelaysMs the planned waits between tries, from which the waits of a route are derived
 */
export function limitWaitMs(limitsInARow: number, askedMs: number | null, retryDelaysMs: readonly number[]): number {
  const [first = 0] = retryDelaysMs;
  const longest = Math.max(...retryDelaysMs);
  const grown = Math.round(Math.min(first * FIRST_WAIT_SHARE * 2 ** Math.min(limitsInARow - 1, 20), longest));
  if (askedMs === null) return grown;
  return limitsInARow === 1 ? askedMs : Math.max(askedMs, grown);
}
