// What a webhook is told of an outcome: with our id and the publisher's key, so that whoever hears it finds its own document. Pure.
import {
  type DeliveryBouncedEvent,
  type DeliverySettledEvent,
  type OutcomeEvent,
  WEBHOOK_TEST,
  type WebhookEventType,
} from '@billing-mail/contracts';

export type WebhookContent = {
  eventId: string;
  teamId: string;
  type: WebhookEventType | typeof WEBHOOK_TEST;
  deliveryId: string | null;
  documentNumber: string | null;
  occurredAt: string;
  /** The step that it follows from, where that is traced. */
  traceparent: string | null;
  /** The body as it goes out in each try: the signature is over its bytes. */
  body: string;
};

/** `null` for what concerns no document. */
export function webhookContentOf(event: OutcomeEvent): WebhookContent | null {
  switch (event.type) {
    case 'delivery_settled': {
      const type = typeOfSettled(event.delivery.status);
      return type === null ? null : ofDelivery(event, type, settledData(event));
    }
    case 'delivery_bounced': {
      // That an address is known as dead says nothing about the delivery.
      if (event.what === 'known_dead') return null;
      return ofDelivery(event, event.what === 'bounced' ? 'delivery.bounced' : 'delivery.complained', bouncedData(event));
    }
    case 'job_rejected': {
      const { id, key, documentId, documentNumber, reason, errors } = event.rejection;
      const data = { rejectionId: id, teamId: event.teamId, key, documentId, documentNumber, reason, errors };
      return contentOf(event, 'job.rejected', { deliveryId: null, documentNumber }, data);
    }
    // What is in doubt is told once the delivery is settled, as its status; what befalls a way out is no document's.
    default:
      return null;
  }
}

/** So that a receiver can be tried without a document. */
export const testContent = (teamId: string, eventId: string, now: Date): WebhookContent =>
  contentOf({ eventId, teamId, occurredAt: now.toISOString() }, WEBHOOK_TEST, { deliveryId: null, documentNumber: null }, { teamId });

function typeOfSettled(status: DeliverySettledEvent['delivery']['status']): WebhookEventType | null {
  switch (status) {
    case 'sent':
    case 'partly_sent':
    case 'failed':
    case 'uncertain':
    case 'cancelled':
      return `delivery.${status}`;
    case 'queued':
    case 'sending':
    case 'waiting':
      return null;
  }
}

const settledData = ({ delivery }: DeliverySettledEvent): object => ({
  ...{ status: delivery.status, route: delivery.route, usedFallback: delivery.usedFallback, counts: delivery.counts },
  failure: delivery.failure && { code: delivery.failure.code, server: delivery.failure.server, reply: delivery.failure.reply },
  recipients: delivery.troubled.map(({ address, role, status, failure }) => ({
    ...{ address, role, status, code: failure?.code ?? null, reply: failure?.reply ?? null },
  })),
});

const bouncedData = ({ delivery }: DeliveryBouncedEvent): object => ({
  ...{ status: delivery.status, counts: delivery.counts },
  recipients: delivery.recipients.map(({ address, role, class: of, reply }) => ({ address, role, class: of, reply })),
});

function ofDelivery(event: DeliverySettledEvent | DeliveryBouncedEvent, type: WebhookEventType, data: object): WebhookContent {
  const { id: deliveryId, key, document } = event.delivery;
  const documentNumber = document.number ?? null;
  return contentOf(event, type, { deliveryId, documentNumber }, { deliveryId, teamId: event.teamId, key, document, ...data });
}

function contentOf(
  {
    eventId,
    teamId,
    occurredAt,
    traceparent = null,
  }: Pick<WebhookContent, 'eventId' | 'teamId' | 'occurredAt'> & { traceparent?: string | null | undefined },
  type: WebhookContent['type'],
  of: Pick<WebhookContent, 'deliveryId' | 'documentNumber'>,
  data: object,
): WebhookContent {
  return { eventId, teamId, type, ...of, occurredAt, traceparent, body: JSON.stringify({ type, timestamp: occurredAt, data }) };
}
