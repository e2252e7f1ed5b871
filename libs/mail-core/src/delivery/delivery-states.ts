import { type DeliveryStatus, type RecipientStatus } from '@billing-mail/contracts';

/**
 * Which state a delivery begins with, and which states may follow each one. A settled delivery changes only for what becomes known late:
 * that a server accepted the mail after all, or that the mail came back.
 */
export const DELIVERY_TRANSITIONS: Record<'born' | DeliveryStatus, readonly DeliveryStatus[]> = {
  // A process with a free hand (a worker slot) starts at once on a delivery that it takes in.
  born: ['queued', 'sending'],
  // Its worker may have died with the server's answer unread or only in the journal. Then the delivery settles without another claim.
  // Cancelling ends the open recipients. By then others may have been refused or be in doubt, for example after a restore.
  queued: ['sending', 'sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'],
  sending: ['queued', 'waiting', 'sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'],
  waiting: ['sending', 'sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'],
  sent: ['partly_sent', 'failed'],
  partly_sent: ['sent', 'failed'],
  failed: ['sent', 'partly_sent'],
  uncertain: ['sent', 'partly_sent', 'failed'],
  cancelled: ['sent', 'partly_sent'],
};

/** The same for a recipient. A delivery never sends again to a recipient whom a server has accepted, even if the mail comes back. */
export const RECIPIENT_TRANSITIONS: Record<'born' | RecipientStatus, readonly RecipientStatus[]> = {
  born: ['pending'],
  pending: ['accepted', 'rejected', 'uncertain', 'cancelled'],
  // A server further along the way did not accept the mail.
  accepted: ['bounced'],
  // A late acceptance by the server is the truth, whatever was decided in the meantime.
  rejected: ['accepted'],
  // Mail that came back had been accepted first.
  uncertain: ['accepted', 'bounced'],
  cancelled: ['accepted'],
  bounced: [],
};

/** In these states nothing more is tried. */
const SETTLED_STATUSES = ['sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'] as const satisfies readonly DeliveryStatus[];
export type SettledStatus = (typeof SETTLED_STATUSES)[number];

export const isSettled = (status: DeliveryStatus): status is SettledStatus => (SETTLED_STATUSES as readonly string[]).includes(status);

/** A change of state that no rule allows. The cause is a bug in the program, never an input. */
export class IllegalTransitionError extends Error {
  override readonly name = 'IllegalTransitionError';
}

/** Returns `to`. Every change of a delivery's state goes through here. @throws IllegalTransitionError if no rule allows the change */
export function transition(from: DeliveryStatus, to: DeliveryStatus): DeliveryStatus {
  if (from !== to && !DELIVERY_TRANSITIONS[from].includes(to))
    throw new IllegalTransitionError(`A delivery cannot go from ${from} to ${to}.`);
  return to;
}

/**
 * Returns how a delivery ended, derived from the states of its recipients; `null` while a recipient is pending. A doubt about one recipient
 * makes the whole delivery doubtful, because somebody has to look.
 */
export function settledStatus(recipients: readonly RecipientStatus[]): SettledStatus | null {
  const has = (status: RecipientStatus): boolean => recipients.includes(status);
  if (has('pending')) return null;
  if (has('uncertain')) return 'uncertain';
  const isShort = has('rejected') || has('bounced');
  if (has('accepted')) return isShort || has('cancelled') ? 'partly_sent' : 'sent';
  return isShort ? 'failed' : 'cancelled';
}
