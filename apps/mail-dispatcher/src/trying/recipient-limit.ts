import { type RecipientResult } from '@billing-mail/mail-core';

/**
 * A server that takes only so many recipients in one transaction has nothing against those beyond: `beyond` are their positions, to go on at
 * once in transactions of their own. `taken`: how many it took before it said so. `atMost`: as many as it takes, where that is seen.
 */
export type MetLimit = { beyond: ReadonlySet<number>; taken: number; atMost: number | null };

/** The limit that a transaction has met, if it met one. */
export function limitMetBy(results: readonly RecipientResult[]): MetLimit | null {
  const limited = results.filter(isLimited);
  if (limited.length === 0) return null;
  const beyond = new Set(limited.map(({ position }) => position));
  const taken = results.filter((result) => !isRefusedAtRcpt(result));
  // Said of the mail as a whole (Gmail, at DATA): how many would do can only be found by halving.
  if (taken.length > 0 && taken.every(isLimited)) return { beyond, taken: taken.length, atMost: Math.floor(taken.length / 2) };
  // One who is taken after others were not: not the number counts but who is in one transaction with whom (one domain only, say).
  const first = Math.min(...beyond);
  const isTail = taken.every(({ position }) => position < first);
  return { beyond, taken: taken.length, atMost: isTail && taken.length > 0 ? taken.length : null };
}

const isLimited = (result: RecipientResult): boolean => result.outcome === 'refused' && result.verdict.reason === 'too_many_recipients';

const isRefusedAtRcpt = (result: RecipientResult): boolean => result.outcome === 'refused' && result.verdict.stage === 'rcpt';
