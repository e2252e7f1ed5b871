/** Tries that each route gets (contract: "three tries a route"). */
export const TRIES_PER_ROUTE = 3;

/** The most that is added to a planned wait, so that what failed together does not come back together; nothing ever comes too early. */
const JITTER = 0.2;

/**
 * Wait before the next try of a route, in milliseconds.
 * @param triesUsed tries that the route has had, at least 1
 * @param delaysMs the planned waits before the second, third, … try; the last one repeats
 * @param random from 0 to below 1
 */
export function retryDelayMs(triesUsed: number, delaysMs: readonly number[], random: number): number {
  const planned = delaysMs[Math.min(triesUsed, delaysMs.length) - 1] ?? 0;
  return withJitter(planned, random);
}

/** A wait, or up to a fifth longer. */
export const withJitter = (waitMs: number, random: number): number => Math.round(waitMs * (1 + JITTER * random));

/** First and longest wait when the trouble is our own (settings, store, signing key away): quick at first, never a try. */
const OWN_TROUBLE_FIRST_MS = 1000;
const OWN_TROUBLE_LONGEST_MS = 15_000;

/** Wait before a delivery is looked at again that could not be tried for a reason of ours, in milliseconds. */
export function postponeDelayMs(postponements: number, random: number): number {
  const planned = Math.min(OWN_TROUBLE_FIRST_MS * 2 ** Math.min(postponements, 10), OWN_TROUBLE_LONGEST_MS);
  return withJitter(planned, random);
}

/** What to do after the first end of data that nobody answered: send the same bytes once more, or leave it and say so. */
export const UNCERTAIN_POLICIES = ['retry', 'hold'] as const;
export type UncertainPolicy = (typeof UNCERTAIN_POLICIES)[number];

/** Unanswered ends of data after which a recipient is settled as uncertain. */
export const UNCERTAIN_ENDS_ALLOWED: Record<UncertainPolicy, number> = { retry: 2, hold: 1 };

/**
 * Workers that died with a delivery in hand before it is rehearsed: composed in a process of its own first. Whoever is in hand shares in every
 * crash, so this alone says nothing against it.
 */
export const CRASHES_BEFORE_REHEARSAL = 2;

/**
 * Rehearsals of one delivery in a row that may end with their process before it is stopped as a poison. One takes a hundredth of a second, and a
 * process that is killed for another reason hardly ever dies in that one five times.
 */
export const REHEARSALS_ALLOWED = 5;

/** Workers that died with a delivery in hand before it is tried alone: one more than a rehearsal needs, so one of them died after a rehearsal that passed. */
export const CRASHES_BEFORE_ALONE = CRASHES_BEFORE_REHEARSAL + 1;

/** Dispatchers that may die in a row while they compose or write one delivery alone; for the same reason as many as rehearsals. */
export const DEATHS_ALONE_ALLOWED = REHEARSALS_ALLOWED;
