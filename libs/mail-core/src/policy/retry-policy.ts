/** Tries that each route gets (contract: "three tries a route"). */
export const TRIES_PER_ROUTE = 3;

/**
 * The largest share of a planned wait that is added to it, so that deliveries that failed together do not come back together. No wait
 * becomes shorter.
 */
const JITTER = 0.2;

/**
 * Returns the wait before the next try of a route, in milliseconds.
 * @param triesUsed tries that the route has had, at least 1
 * @param delaysMs the planned waits before the second, third, … try; the last one repeats
 * @param random from 0 to below 1
 */
export function retryDelayMs(triesUsed: number, delaysMs: readonly number[], random: number): number {
  const planned = delaysMs[Math.min(triesUsed, delaysMs.length) - 1] ?? 0;
  return withJitter(planned, random);
}

/** Returns the wait, lengthened by up to a fifth. */
export const withJitter = (waitMs: number, random: number): number => Math.round(waitMs * (1 + JITTER * random));

/**
 * First and longest wait if the trouble is our own (settings, store or signing key unavailable). The first is short, and such a wait never
 * costs a try.
 */
const OWN_TROUBLE_FIRST_MS = 1000;
const OWN_TROUBLE_LONGEST_MS = 15_000;

/** Returns the wait before the next look at a delivery that could not be tried for a reason of ours, in milliseconds. */
export function postponeDelayMs(postponements: number, random: number): number {
  const planned = Math.min(OWN_TROUBLE_FIRST_MS * 2 ** Math.min(postponements, 10), OWN_TROUBLE_LONGEST_MS);
  return withJitter(planned, random);
}

/** What to do after the first end of data that nobody answered: send the same bytes once more, or stop and report the doubt. */
export const UNCERTAIN_POLICIES = ['retry', 'hold'] as const;
export type UncertainPolicy = (typeof UNCERTAIN_POLICIES)[number];

/** Unanswered ends of data after which a recipient is settled as uncertain. */
export const UNCERTAIN_ENDS_ALLOWED: Record<UncertainPolicy, number> = { retry: 2, hold: 1 };

/**
 * How many workers have died with a delivery in hand before it is rehearsed, that is, composed first in a separate process. A crash counts
 * for every delivery that was in hand, so this number alone says nothing against any of them.
 */
export const CRASHES_BEFORE_REHEARSAL = 2;

/**
 * How many rehearsals of one delivery in a row may end with the death of their process before the delivery is given up. A rehearsal takes a
 * hundredth of a second, so a process that is killed for another reason hardly ever dies in five of them.
 */
export const REHEARSALS_ALLOWED = 5;

/**
 * How many workers have died with a delivery in hand before it is tried alone. This is one more than a rehearsal needs, so one of them died
 * after a rehearsal that passed.
 */
export const CRASHES_BEFORE_ALONE = CRASHES_BEFORE_REHEARSAL + 1;

/** How many dispatchers in a row may die while they compose or write one delivery alone; as many as rehearsals, for the same reason. */
export const DEATHS_ALONE_ALLOWED = REHEARSALS_ALLOWED;
