// Who hears what of an outcome. Pure: the same event always leads to the same alert.
import {
  type DeliverySettledEvent,
  type DeliveryStatus,
  type FailureReason,
  type JobRejectedEvent,
  type OutcomeEvent,
  type Severity,
  type TeamEvent,
} from '@billing-mail/contracts';
import { type Alert, type AlertType, type Audience } from './alert.js';

type Rule = { type: AlertType; severity: Severity };
type ToldAsIs = Extract<DeliveryStatus, 'failed' | 'partly_sent' | 'uncertain'>;

// Everything but a clean `sent` is told, and so is a `sent` that needed the fallback.
const RULES: Record<ToldAsIs, Rule> = {
  failed: { type: 'delivery_failed', severity: 'error' },
  partly_sent: { type: 'delivery_partly_sent', severity: 'error' },
  uncertain: { type: 'delivery_uncertain', severity: 'warning' },
};

/** What to tell of an outcome, and whom; `null` when there is nothing to tell. */
export function decideAlert(event: OutcomeEvent): Alert | null {
  switch (event.type) {
    case 'delivery_settled':
      return ofDelivery(event);
    case 'job_rejected':
      return ofRejection(event);
    case 'server_down':
    case 'platform_unavailable':
    case 'certificate_expiring':
      return null;
  }
}

function ofDelivery(event: DeliverySettledEvent): Alert | null {
  const { delivery } = event;
  const rule = ruleFor(delivery);
  if (rule === null) return null;
  const { document, status, route, usedFallback, troubled, counts, failure } = delivery;
  return {
    ...rule,
    teamId: event.teamId,
    audience: audienceOf(event),
    groupKey: groupKeyOf(rule.type, failure),
    params: { kind: 'delivery', document, status, route, usedFallback, troubled, counts, failure },
    deliveryId: delivery.id,
    documentId: document.id,
  };
}

function ruleFor(delivery: DeliverySettledEvent['delivery']): Rule | null {
  switch (delivery.status) {
    case 'sent':
      return delivery.usedFallback ? { type: 'delivery_fell_back', severity: 'warning' } : null;
    // Whoever cancelled knows; it is told all the same, quietly, because colleagues and notifyUserIds may not.
    case 'cancelled':
      return { type: delivery.counts.accepted > 0 ? 'delivery_partly_sent' : 'delivery_failed', severity: 'info' };
    case 'failed':
    case 'partly_sent':
    case 'uncertain':
      return RULES[delivery.status];
    // Not settled: nothing to tell yet.
    case 'queued':
    case 'sending':
    case 'waiting':
      return null;
  }
}

function ofRejection(event: JobRejectedEvent): Alert {
  const { id: _id, ...rejection } = event.rejection;
  return {
    type: 'job_rejected',
    severity: 'error',
    teamId: event.teamId,
    audience: audienceOf(event),
    groupKey: null,
    params: { kind: 'rejection', ...rejection },
    deliveryId: null,
    documentId: rejection.documentId,
  };
}

function audienceOf(event: TeamEvent): Audience {
  const userIds = [...new Set([...(event.requestedBy ? [event.requestedBy.userId] : []), ...event.notifyUserIds])];
  return userIds.length > 0 ? { kind: 'users', userIds } : { kind: 'team' };
}

// Trouble with the way to a server hits every document alike; trouble with a recipient is each document's own.
function groupKeyOf(type: AlertType, failure: FailureReason | null): string | null {
  const isOfServer = type === 'delivery_failed' || type === 'delivery_fell_back';
  if (!isOfServer || failure === null || failure.server === null || !failure.code.startsWith('smtp_')) return null;
  return `${type}|${failure.server}|${failure.code}`;
}
