// Outcomes as the dispatcher publishes them, for tests.
import { randomUUID } from 'node:crypto';
import { type DeliverySettledEvent, type FailureReason, type JobRejectedEvent } from '@billing-mail/contracts';

type Delivery = DeliverySettledEvent['delivery'];
export type EventFields = Partial<Omit<DeliverySettledEvent, 'delivery' | 'type' | 'version'>>;

export const SERVER_DOWN: FailureReason = { code: 'smtp_unreachable', server: 'smtp.acme.example:587', reply: null };
export const UNKNOWN_RECIPIENT: FailureReason = {
  code: 'recipient_unknown',
  server: 'mx.customer.example:25',
  reply: '550 5.1.1 no such user',
};

const envelope = (fields: EventFields) => ({
  version: 1 as const,
  eventId: randomUUID(),
  occurredAt: new Date().toISOString(),
  teamId: 'acme',
  requestedBy: { userId: 'u17', email: 'clerk@acme.example', locale: 'de' as const },
  notifyUserIds: [],
  teamLocale: 'en' as const,
  ...fields,
});

/** A clean `sent` unless told otherwise. */
export function settled(delivery: Partial<Delivery> = {}, fields: EventFields = {}): DeliverySettledEvent {
  return {
    ...envelope(fields),
    type: 'delivery_settled',
    delivery: {
      id: randomUUID(),
      key: 'inv-2026-0042',
      document: { id: 'inv-2026-0042', type: 'invoice', number: '2026-0042' },
      subject: 'Invoice 2026-0042',
      status: 'sent',
      route: 'custom',
      usedFallback: false,
      troubled: [],
      counts: { recipients: 3, accepted: 3 },
      failure: null,
      ...delivery,
    },
  };
}

const notReached = (address: string, failure: FailureReason | null, status: 'rejected' | 'uncertain' | 'cancelled' = 'rejected') => ({
  address,
  role: 'to' as const,
  status,
  failure,
});

export const SAMPLES = {
  failed: (fields?: EventFields) =>
    settled(
      {
        status: 'failed',
        failure: SERVER_DOWN,
        counts: { recipients: 1, accepted: 0 },
        troubled: [notReached('pay@customer.example', SERVER_DOWN)],
      },
      fields,
    ),
  partlySent: (fields?: EventFields) =>
    settled(
      {
        status: 'partly_sent',
        counts: { recipients: 3, accepted: 2 },
        troubled: [{ ...notReached('gone@customer.example', UNKNOWN_RECIPIENT), role: 'cc' }],
      },
      fields,
    ),
  uncertain: (fields?: EventFields) =>
    settled(
      { status: 'uncertain', counts: { recipients: 1, accepted: 0 }, troubled: [notReached('pay@customer.example', null, 'uncertain')] },
      fields,
    ),
  fellBack: (fields?: EventFields) => settled({ status: 'sent', route: 'platform', usedFallback: true, failure: SERVER_DOWN }, fields),
  cancelled: (fields?: EventFields) =>
    settled(
      { status: 'cancelled', counts: { recipients: 1, accepted: 0 }, troubled: [notReached('pay@customer.example', null, 'cancelled')] },
      fields,
    ),
};

export function rejected(rejection: Partial<JobRejectedEvent['rejection']> = {}, fields: EventFields = {}): JobRejectedEvent {
  return {
    ...envelope(fields),
    type: 'job_rejected',
    rejection: {
      id: randomUUID(),
      key: 'inv-2026-0042',
      documentId: 'inv-2026-0042',
      documentNumber: '2026-0042',
      reason: 'invalid',
      errors: [{ pointer: '/to/0/address', message: 'is not an e-mail address' }],
      ...rejection,
    },
  };
}
