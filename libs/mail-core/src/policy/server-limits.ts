// Limits are the server's: so many messages, recipients, connections or sign-ins in a time. Whoever meets one waits and loses no try for it.
import { type RecipientResult } from '../delivery/recipient-result.js';
import { type Verdict } from '../replies/verdict.js';

/** After a limit that outlasts every daily one a delivery's tries count again: nobody waits for ever without being told. */
export const LIMIT_PATIENCE_MS = 4 * 24 * 3_600_000;

/** The part of the first wait between two tries that a way waits at its first limit: 30 s of 5 minutes. Most limits are counted by the minute. */
const FIRST_WAIT_SHARE = 1 / 10;

/** What the server said when it took no more for now; `null` where nobody met a limit. A mailbox that gets too much is no limit of the way. */
export function limitMet({ results, failure }: { results: readonly RecipientResult[]; failure: Verdict | null }): Verdict | null {
  const isLimit = (verdict: Verdict | null): boolean => verdict?.reason === 'smtp_rate_limited' && verdict.scope === 'route';
  if (isLimit(failure)) return failure;
  for (const result of results) if (result.outcome === 'refused' && isLimit(result.verdict)) return result.verdict;
  return null;
}

/** What says that nothing goes this way until somebody changes something; `null` where nothing does. */
export function wayStopped({ results, failure }: { results: readonly RecipientResult[]; failure: Verdict | null }): Verdict | null {
  if (failure?.stopsWay === true) return failure;
  for (const result of results) if (result.outcome === 'refused' && result.verdict.stopsWay === true) return result.verdict;
  return null;
}

/** How long a way is left alone that was stopped, where nobody changes anything: as long as the longest planned wait. */
export const stopMs = (retryDelaysMs: readonly number[]): number => Math.max(...retryDelaysMs);

/**
 * How long a way waits that met a limit, in milliseconds: what the server asked for, and where it named no time or named one too short, twice as
 * long from limit to limit.
 * @param limitsInARow limits without a message taken in between, this one included
 * @param retryDelaysMs the planned waits between tries, which the waits of a way are measured by
 */
export function limitWaitMs(limitsInARow: number, askedMs: number | null, retryDelaysMs: readonly number[]): number {
  const [first = 0] = retryDelaysMs;
  const longest = Math.max(...retryDelaysMs);
  const grown = Math.round(Math.min(first * FIRST_WAIT_SHARE * 2 ** Math.min(limitsInARow - 1, 20), longest));
  if (askedMs === null) return grown;
  return limitsInARow === 1 ? askedMs : Math.max(askedMs, grown);
}
