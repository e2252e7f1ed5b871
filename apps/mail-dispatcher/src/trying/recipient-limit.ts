import { type RecipientResult } from '@billing-mail/mail-core';

/**
 * A limit on the number of recipients in one transaction (RFC 5321, 4.5.3.1.10). The server has nothing else against the recipients beyond
 * it. `beyond`: the positions of these recipients, who get the message at once in further transactions. `taken`: how many recipients the
 * server accepted at RCPT. `atMost`: how many it accepts in a transaction, if that is clear.
 */
export type MetLimit = { beyond: ReadonlySet<number>; taken: number; atMost: number | null };

/** Returns the limit that a transaction has met; `null` if none. */
export function limitMetBy(results: readonly RecipientResult[]): MetLimit | null {
  const limited = results.filter(isLimited);
  if (limited.length === 0) return null;
  const beyond = new Set(limited.map(({ position }) => position));
  const taken = results.filter((result) => !isRefusedAtRcpt(result));
  // The reply concerns the whole message (Gmail, at DATA), so the limit can only be found by halving the number of recipients.
  if (taken.length > 0 && taken.every(isLimited)) return { beyond, taken: taken.length, atMost: Math.floor(taken.length / 2) };
  // If a recipient was accepted after another one was refused, the server does not limit the number but restricts who may share a
  // transaction (for example to one domain).
  const first = Math.min(...beyond);
  const isTail = taken.every(({ position }) => position < first);
  return { beyond, taken: taken.length, atMost: isTail && taken.length > 0 ? taken.length : null };
}

const isLimited = (result: RecipientResult): boolean => result.outcome === 'refused' && result.verdict.reason === 'too_many_recipients';

const isRefusedAtRcpt = (result: RecipientResult): boolean => result.outcome === 'refused' && result.verdict.stage === 'rcpt';
