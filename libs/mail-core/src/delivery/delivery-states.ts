import { type DeliveryStatus, type RecipientStatus } from '@billing-mail/contracts';

/** How a delivery begins and which state may follow which; what is settled stays settled, but for what becomes known late: a server's yes, or that the mail came back. */
export const DELIVERY_TRANSITIONS: Record<'born' | DeliveryStatus, readonly DeliveryStatus[]> = {
  // A process that has a hand free goes on at once with what it takes in.
  born: ['queued', 'sending'],
  // Its worker may have died with the answer unread or in the journal: then it ends without another claim.
  // Who cancels it ends what is open, while others may have been refused by then, or be in doubt, as after a restore.
  queued: ['sending', 'sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'],
  sending: ['queued', 'waiting', 'sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'],
  waiting: ['sending', 'sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'],
  sent: ['partly_sent', 'failed'],
  partly_sent: ['sent', 'failed'],
  failed: ['sent', 'partly_sent'],
  uncertain: ['sent', 'partly_sent', 'failed'],
  cancelled: ['sent', 'partly_sent'],
};

/** The same for a recipient. Nobody who was accepted is ever sent to again by the same delivery, whatever comes back. */
export const RECIPIENT_TRANSITIONS: Record<'born' | RecipientStatus, readonly RecipientStatus[]> = {
  born: ['pending'],
  pending: ['accepted', 'rejected', 'uncertain', 'cancelled'],
  // A server further on did not take it.
  accepted: ['bounced'],
  // Whatever was decided meanwhile, a late yes of the server is the truth.
  rejected: ['accepted'],
  // What came back had been taken.
  uncertain: ['accepted', 'bounced'],
  cancelled: ['accepted'],
  bounced: [],
};

/** Nothing more will be tried. */
const SETTLED_STATUSES = ['sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'] as const satisfies readonly DeliveryStatus[];
export type SettledStatus = (typeof SETTLED_STATUSES)[number];

export const isSettled = (status: DeliveryStatus): status is SettledStatus => (SETTLED_STATUSES as readonly string[]).includes(status);

/** A change of state that no rule allows: a mistake in the program, never an input. */
export class IllegalTransitionError extends Error {
  override readonly name = 'IllegalTransitionError';
}

/** Every change of a delivery's state goes through here. @throws IllegalTransitionError */
export function transition(from: DeliveryStatus, to: DeliveryStatus): DeliveryStatus {
  if (from !== to && !DELIVERY_TRANSITIONS[from].includes(to))
    throw new IllegalTransitionError(`A delivery can not go from ${from} to ${to}.`);
  return to;
}

/**
 * How a delivery ended, from how its recipients did; `null` while one is pending. A doubt about one recipient makes the whole
 * delivery doubtful, because somebody has to look.
 */
export function settledStatus(recipients: readonly RecipientStatus[]): SettledStatus | null {
  const has = (status: RecipientStatus): boolean => recipients.includes(status);
  if (has('pending')) return null;
  if (has('uncertain')) return 'uncertain';
  const isShort = has('rejected') || has('bounced');
  if (has('accepted')) return isShort || has('cancelled') ? 'partly_sent' : 'sent';
  return isShort ? 'failed' : 'cancelled';
}
