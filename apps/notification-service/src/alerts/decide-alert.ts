// Who hears what of an outcome. Pure: the same event always leads to the same alert.
import {
  type CertificateExpiringEvent,
  type DeliveryBouncedEvent,
  type DeliveryInDoubtEvent,
  type DeliverySettledEvent,
  type DeliveryStatus,
  type FailureReason,
  type JobRejectedEvent,
  type OutcomeEvent,
  type OwnCertificateExpiringEvent,
  type PlatformUnavailableEvent,
  type ServerDownEvent,
  type Severity,
  type TeamEvent,
} from '@billing-mail/contracts';
import { type Alert, type AlertType, type Audience, OPERATOR } from './alert.js';

type Rule = { type: AlertType; severity: Severity };
type ToldAsIs = Extract<DeliveryStatus, 'failed' | 'partly_sent' | 'uncertain'>;

// Everything but a clean `sent` is told, and so is a `sent` that needed the fallback or came after a doubt.
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
    case 'delivery_in_doubt':
      return ofDoubt(event);
    case 'delivery_bounced':
      return ofBounce(event);
    case 'job_rejected':
      return ofRejection(event);
    case 'server_down':
      return ofServerDown(event);
    case 'platform_unavailable':
      return ofPlatformUnavailable(event);
    case 'certificate_expiring':
      return ofCertificate(event);
    case 'own_certificate_expiring':
      return ofOwnCertificate(event);
  }
}

function ofDelivery(event: DeliverySettledEvent): Alert | null {
  const { delivery } = event;
  const rule = ruleFor(delivery);
  const audience = withoutWhoCancelled(audienceOf(event), delivery);
  if (rule === null || audience === null) return null;
  return { ...rule, ...aboutDelivery(event), audience, groupKey: groupKeyOf(rule.type, delivery), ...partOf(delivery) };
}

// How it ends is told as well, as trouble of its own: by then somebody may have asked these recipients.
const ofDoubt = (event: DeliveryInDoubtEvent): Alert => ({
  ...RULES.uncertain,
  ...aboutDelivery(event),
  groupKey: groupKeyOf(RULES.uncertain.type, event.delivery),
});

function aboutDelivery(event: DeliverySettledEvent | DeliveryInDoubtEvent) {
  const { id, document, status, route, usedFallback, troubled, counts, failure, afterDoubt } = event.delivery;
  return {
    teamId: event.teamId,
    audience: audienceOf(event),
    params: { kind: 'delivery' as const, document, status, route, usedFallback, troubled, counts, failure, afterDoubt },
    deliveryId: id,
    documentId: document.id,
  };
}

function ruleFor(delivery: DeliverySettledEvent['delivery']): Rule | null {
  switch (delivery.status) {
    case 'sent':
      if (delivery.usedFallback) return { type: 'delivery_fell_back', severity: 'warning' };
      return isAfterDoubt(delivery) ? { type: 'delivery_uncertain', severity: 'warning' } : null;
    // Whoever cancelled knows; others are told, quietly, as they may not.
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

/** `null` where nobody else is to hear of it. */
function withoutWhoCancelled(audience: Audience, { status, cancelledBy }: DeliverySettledEvent['delivery']): Audience | null {
  if (status !== 'cancelled' || cancelledBy === undefined || audience.kind === 'team') return audience;
  const userIds = audience.userIds.filter((userId) => userId !== cancelledBy);
  return userIds.length === 0 ? null : { kind: 'users', userIds };
}

const isAfterDoubt = ({ afterDoubt = [] }: DeliverySettledEvent['delivery']): boolean => afterDoubt.length > 0;

// Nothing is broken where somebody complains, or where an address is known as dead: it went out all the same.
const BOUNCE_SEVERITIES: Record<DeliveryBouncedEvent['what'], Severity> = { bounced: 'error', complaint: 'warning', known_dead: 'warning' };

function ofBounce(event: DeliveryBouncedEvent): Alert {
  const { what, delivery } = event;
  const { document, status, counts, recipients, class: of, reply } = delivery;
  const [first] = recipients;
  return {
    type: 'delivery_bounced',
    severity: BOUNCE_SEVERITIES[what],
    teamId: event.teamId,
    audience: audienceOf(event),
    // The trouble is that of an address, whatever is sent there; where nobody knows which, that of the document.
    groupKey: ['delivery_bounced', what, first?.address.toLowerCase() ?? delivery.id].join('|'),
    params: { kind: 'bounce', what, document, status, counts, recipients, class: of, reply },
    deliveryId: delivery.id,
    documentId: document.id,
  };
}

function ofRejection(event: JobRejectedEvent): Alert {
  const { id: _id, ...rejection } = event.rejection;
  return {
    type: 'job_rejected',
    severity: 'error',
    teamId: event.teamId,
    audience: audienceOf(event),
    groupKey: `job_rejected|${rejection.reason}`,
    params: { kind: 'rejection', ...rejection },
    deliveryId: null,
    documentId: rejection.documentId,
  };
}

// Trouble that goes on is told anew with each event, on one notification.
function ofServerDown(event: ServerDownEvent): Alert {
  const { incidentId, server, since, failure, waiting } = event;
  return {
    ...ofIncident('smtp_server_down', ofServer(server, failure)),
    teamId: event.teamId,
    audience: audienceOf(event),
    params: { kind: 'server_down', incidentId, server, since, failure, waiting },
  };
}

function ofPlatformUnavailable(event: PlatformUnavailableEvent): Alert {
  const { since, reason, waiting } = event;
  return {
    ...ofIncident('platform_unavailable', reason),
    teamId: event.teamId,
    audience: audienceOf(event),
    params: { kind: 'platform_unavailable', since, reason, waiting },
  };
}

function ofCertificate({ route, notAfter, daysLeft }: CertificateExpiringEvent): Alert {
  return {
    ...ofIncident('certificate_expiring', `${route}|${notAfter}`),
    teamId: OPERATOR.teamId,
    audience: { kind: 'users', userIds: [OPERATOR.userId] },
    params: { kind: 'certificate_expiring', notAfter, daysLeft },
  };
}

function ofOwnCertificate(event: OwnCertificateExpiringEvent): Alert {
  const { addresses, notAfter, daysLeft } = event;
  return {
    ...ofIncident('certificate_expiring', `own|${notAfter}`),
    teamId: event.teamId,
    audience: audienceOf(event),
    params: { kind: 'own_certificate_expiring', addresses, notAfter, daysLeft },
  };
}

const ofIncident = (type: AlertType, of: string) =>
  ({ type, severity: 'warning', groupKey: `${type}|${of}`, deliveryId: null, documentId: null }) as const;

function audienceOf(event: TeamEvent): Audience {
  const userIds = [...new Set([...(event.requestedBy ? [event.requestedBy.userId] : []), ...event.notifyUserIds])];
  return userIds.length > 0 ? { kind: 'users', userIds } : { kind: 'team' };
}

const ofServer = (server: string, { code }: FailureReason): string => `${server}|${code}`;

/** A document that its way failed is one more of the trouble that its team was told of, where it was. */
function partOf({ status, usedFallback, failure }: DeliverySettledEvent['delivery']): Pick<Alert, 'partOf'> {
  if (failure === null || failure.server === null) return {};
  const groupKey = `smtp_server_down|${ofServer(failure.server, failure)}`;
  if (status === 'failed') return { partOf: { groupKey, as: 'failed' } };
  return status === 'sent' && usedFallback ? { partOf: { groupKey, as: 'fellBack' } } : {};
}

/**
 * The same kind of trouble has the same key, so that whoever hands over 500 wrong documents hears of it once. Trouble with the way to a
 * server is that server's.
 */
function groupKeyOf(type: AlertType, { status, usedFallback, failure }: DeliverySettledEvent['delivery']): string {
  const isOfServer = status === 'failed' || status === 'sent';
  if (isOfServer && failure !== null && failure.server !== null && failure.code.startsWith('smtp_')) {
    return `${type}|${failure.server}|${failure.code}`;
  }
  return [type, status, usedFallback ? 'platform' : 'own', failure?.code ?? ''].join('|');
}
