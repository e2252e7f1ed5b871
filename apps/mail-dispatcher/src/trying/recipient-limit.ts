import { type RecipientResult } from '@billing-mail/mail-core';

/**
 * A server may accept only so many recipients in one transaction (RFC 5321, 4.5.3.1.10) without objecting to the others. `beyond`: their
 * positions, to be sent to at once in further transactions. `taken`: how many it accepted before it said so. `atMost`: how many it accepts,
 * if that is clear.
 */
export type MetLimit = { beyond: ReadonlySet<number>; taken: number; atMost: number | null };

/** The limit that a transaction has met; `null` if none. */
export function limitMetBy(results: readonly RecipientResult[]): MetLimit | null {
  const limited = results.filter(isLimited);
  if (limited.length === 0) return null;
  const beyond = new Set(limited.map(({ position }) => position));
  const taken = results.filter((result) => !isRefusedAtRcpt(result));
  // The reply concerns the whole message (Gmail, at DATA), so the number can only be found by halving.
  if (taken.length > 0 && taken.every(isLimited)) return { beyond, taken: taken.length, atMost: Math.floor(taken.length / 2) };
  // A recipient was accepted after others were refused: what counts is not the number but who shares a transaction (for example one domain
  // only).
  const first = Math.min(...beyond);
  const isTail = taken.every(({ position }) => position < first);
  return { beyond, taken: taken.length, atMost: isTail && taken.length > 0 ? taken.length : null };
}

const isLimited = (result: RecipientResult): boolean => result.outcome === 'refused' && result.verdict.reason === 'too_many_recipients';

const isRefusedAtRcpt = (result: RecipientResult): boolean => result.outcome === 'refused' && result.verdict.stage === 'rcpt';
