// Builds what a webhook is told about an outcome, with our id and the publisher's key, so that the receiver finds its own document. Pure.
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
  /** Trace context of the step from which the message follows, if traced. */
  traceparent: string | null;
  /** The same bytes in each try, because the signature covers them. */
  body: string;
};

/** Returns the message for an outcome, or `null` if the outcome concerns no document or says nothing new about one. */
export function webhookContentOf(event: OutcomeEvent): WebhookContent | null {
  switch (event.type) {
    case 'delivery_settled': {
      const type = typeOfSettled(event.delivery.status);
      return type === null ? null : ofDelivery(event, type, settledData(event));
    }
    case 'delivery_bounced': {
      // A dead address says nothing about this delivery yet.
      if (event.what === 'known_dead') return null;
      return ofDelivery(event, event.what === 'bounced' ? 'delivery.bounced' : 'delivery.complained', bouncedData(event));
    }
    case 'job_rejected': {
      const { id, key, documentId, documentNumber, reason, errors } = event.rejection;
      const data = { rejectionId: id, teamId: event.teamId, key, documentId, documentNumber, reason, errors };
      return contentOf(event, 'job.rejected', { deliveryId: null, documentNumber }, data);
    }
    // Doubts are reported once the delivery is settled, by its status. Troubles of a route concern no document.
    default:
      return null;
  }
}

/** Returns a message to test a receiver without a document. */
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
