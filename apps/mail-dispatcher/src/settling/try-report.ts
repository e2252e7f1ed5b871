import { type Route, ROUTES } from '@billing-mail/contracts';
import { type RecipientResult, type Verdict } from '@billing-mail/mail-core';
import { z } from 'zod';
import { type AttemptFacts, type MessageFacts } from '../records/rows.js';

/** What a try found out. It is a fact: it is recorded even if the worker has lost its claim meanwhile. */
export type TryReport = {
  deliveryId: string;
  claimId: string;
  attemptId: string;
  number: number;
  route: Route;
  results: RecipientResult[];
  failure: Verdict | null;
  facts: AttemptFacts;
  /** The bytes that began to go out; `null` when none did. */
  message: MessageFacts | null;
  /** Whether the team allows the fallback, as read for this try. */
  fallback: boolean;
  /** Where the try went, see `serverFingerprint`. */
  fingerprint: string;
  /** How long its way waits for a limit of the server's that it met. */
  heldUpMs?: number;
};

/** The part of a report that is a fact; what follows from it is decided when it is recorded. */
export type FactsReport = Pick<TryReport, 'deliveryId' | 'attemptId' | 'route' | 'results'>;

/** What a kept report must have to be recorded; what a newer program adds to it is let be. */
export const factsReport = z.object({
  deliveryId: z.uuid(),
  attemptId: z.uuid(),
  route: z.enum(ROUTES),
  results: z
    .array(
      z.discriminatedUnion('outcome', [
        z.object({ position: z.int32().nonnegative(), outcome: z.literal('accepted'), reply: z.string() }),
        z.object({ position: z.int32().nonnegative(), outcome: z.enum(['refused', 'uncertain']) }),
      ]),
    )
    .min(1),
});
