// Outcomes as the dispatcher publishes them, for tests.
import { randomUUID } from 'node:crypto';
import {
  type CertificateExpiringEvent,
  type OwnCertificateExpiringEvent,
  type DeliveryBouncedEvent,
  type DeliveryInDoubtEvent,
  type DeliverySettledEvent,
  type FailureReason,
  type JobRejectedEvent,
  type PlatformUnavailableEvent,
  type SeenForReply,
  type ServerDownEvent,
} from '@billing-mail/contracts';

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

/** Returns the event of a settled delivery, by default of a plain `sent`. */
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
  /** A failure at the given server, so that it is told as a trouble of its own. */
  failedAt: (server: string, fields?: EventFields) =>
    settled({ status: 'failed', failure: { ...SERVER_DOWN, server: `${server}:587` }, counts: { recipients: 1, accepted: 0 } }, fields),
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
  fellBack: (fields?: EventFields, byPlatform?: number) =>
    settled(
      {
        status: 'sent',
        route: 'platform',
        usedFallback: true,
        failure: SERVER_DOWN,
        counts: { recipients: 3, accepted: 3, ...(byPlatform === undefined ? {} : { byPlatform }) },
      },
      fields,
    ),
  sentAfterDoubt: (fields?: EventFields) => settled({ afterDoubt: ['pay@customer.example'] }, fields),
  cancelled: (fields?: EventFields) =>
    settled(
      { status: 'cancelled', counts: { recipients: 1, accepted: 0 }, troubled: [notReached('pay@customer.example', null, 'cancelled')] },
      fields,
    ),
};

/** Returns the event of a document that came back, by default from one of three recipients. */
export function cameBack(
  what: DeliveryBouncedEvent['what'] = 'bounced',
  delivery: Partial<DeliveryBouncedEvent['delivery']> = {},
  fields: EventFields = {},
): DeliveryBouncedEvent {
  return {
    ...envelope(fields),
    type: 'delivery_bounced',
    what,
    delivery: {
      id: randomUUID(),
      key: 'inv-2026-0042',
      document: { id: 'inv-2026-0042', type: 'invoice', number: '2026-0042' },
      subject: 'Invoice 2026-0042',
      status: 'partly_sent',
      counts: { recipients: 3, accepted: 2 },
      recipients: [{ address: 'gone@customer.example', role: 'to', class: 'no_such_address', reply: '550 5.1.1 no such user' }],
      class: null,
      reply: null,
      ...delivery,
    },
  };
}

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

/** Returns the event of a delivery that is uncertain for one of two recipients, with what was seen at the end of data. */
export function doubted(seen: SeenForReply, reply: string | null = null): DeliverySettledEvent {
  const failure: FailureReason = { code: 'no_final_reply', server: 'smtp.acme.example:587', reply, seen };
  const { seen: _seen, ...ofRecipient } = failure;
  return settled({
    status: 'uncertain',
    counts: { recipients: 2, accepted: 1 },
    troubled: [notReached('pay@customer.example', ofRecipient, 'uncertain')],
    failure,
  });
}

/** Returns the event of a delivery that is uncertain for one of three recipients, while another one is still being tried. */
export function inDoubt(fields: EventFields = {}): DeliveryInDoubtEvent {
  const { delivery, ...same } = { ...doubted('broke'), ...fields };
  const counts = { recipients: 3, accepted: 1, uncertain: 1 };
  return { ...same, type: 'delivery_in_doubt', delivery: { ...delivery, status: 'waiting', counts } };
}

export const INCIDENTS = {
  serverDown: (fields: EventFields = {}): ServerDownEvent => ({
    ...envelope({ requestedBy: null, ...fields }),
    type: 'server_down',
    server: 'smtp.acme.example:587',
    since: '2026-11-03T07:00:00.000Z',
    failure: { code: 'smtp_auth_rejected', server: 'smtp.acme.example:587', reply: '535 5.7.8 no' },
    waiting: 12,
  }),
  platformUnavailable: (fields: EventFields = {}): PlatformUnavailableEvent => ({
    ...envelope({ requestedBy: null, ...fields }),
    type: 'platform_unavailable',
    since: '2026-11-03T07:00:00.000Z',
    reason: 'signing_unavailable',
    waiting: 3,
  }),
  certificateExpiring: (daysLeft = 14): CertificateExpiringEvent => ({
    version: 1,
    eventId: randomUUID(),
    occurredAt: new Date().toISOString(),
    type: 'certificate_expiring',
    at: '2026-11-03T08:00:00.000Z',
    route: 'platform',
    notAfter: '2026-11-17T08:00:00.000Z',
    daysLeft,
  }),
  ownCertificateExpiring: (daysLeft = 14): OwnCertificateExpiringEvent => ({
    ...envelope({ requestedBy: null }),
    type: 'own_certificate_expiring',
    addresses: ['billing@acme.example'],
    notAfter: '2026-11-17T08:00:00.000Z',
    daysLeft,
  }),
};
