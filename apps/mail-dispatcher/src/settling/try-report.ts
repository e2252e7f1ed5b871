import { type Route, ROUTES } from '@billing-mail/contracts';
import { type RecipientResult, type Verdict } from '@billing-mail/mail-core';
import { z } from 'zod';
import { type AttemptFacts, type MessageFacts } from '../records/rows.js';

/** The results of a try. They are facts, so they are recorded even if the worker has lost its claim meanwhile. */
export type TryReport = {
  deliveryId: string;
  claimId: string;
  attemptId: string;
  number: number;
  route: Route;
  results: RecipientResult[];
  failure: Verdict | null;
  facts: AttemptFacts;
  /** The bytes that began to go out; `null` if none did. */
  message: MessageFacts | null;
  fallback: boolean;
  /** See `serverFingerprint`. */
  fingerprint: string;
  /** How long the route waits because it has reached a limit of its server. */
  heldUpMs?: number;
};

/** The part of a report that is recorded regardless of what was decided meanwhile. */
export type FactsReport = Pick<TryReport, 'deliveryId' | 'attemptId' | 'route' | 'results'>;

/** What a journal file must contain to be recorded. Additional fields of a newer version are ignored. */
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
