// Decides who is told what about a delivery. Pure: the same event always leads to the same alert.
import { type DeliveryInDoubtEvent, type DeliverySettledEvent, type DeliveryStatus } from '@billing-mail/contracts';
import { type Alert, type Audience, audienceOf } from '../../alert.js';
import { troubleOfServer } from '../incidents.js';
import { type DeliveryParams, type SettledDelivery } from './delivery-params.js';

type DeliveryAlert = Alert<DeliveryParams>;
type Rule = Pick<Alert, 'type' | 'severity'>;
type ToldAsIs = Extract<DeliveryStatus, 'failed' | 'partly_sent' | 'uncertain'>;

// Statuses that always lead to the same alert. `ruleFor` decides about `sent` and `cancelled`.
const RULES: Record<ToldAsIs, Rule> = {
  failed: { type: 'delivery_failed', severity: 'error' },
  partly_sent: { type: 'delivery_partly_sent', severity: 'error' },
  uncertain: { type: 'delivery_uncertain', severity: 'warning' },
};

/** Returns the alert for a settled delivery, or `null` if there is nothing to tell. */
export function decideSettled(event: DeliverySettledEvent): DeliveryAlert | null {
  const { delivery } = event;
  const rule = ruleFor(delivery);
  const audience = withoutWhoCancelled(audienceOf(event), delivery);
  if (rule === null || audience === null) return null;
  return { ...rule, ...aboutDelivery(event), audience, groupKey: groupKeyOf(rule.type, delivery), ...partOf(delivery) };
}

// The end of the delivery leads to another alert, as a trouble of its own, because by then somebody may have asked these recipients.
export const decideInDoubt = (event: DeliveryInDoubtEvent): DeliveryAlert => ({
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

function ruleFor(delivery: SettledDelivery): Rule | null {
  switch (delivery.status) {
    case 'sent':
      if (delivery.usedFallback) return { type: 'delivery_fell_back', severity: 'warning' };
      return isAfterDoubt(delivery) ? { type: 'delivery_uncertain', severity: 'warning' } : null;
    // The user who cancelled the delivery knows; the others get an alert of severity `info`.
    case 'cancelled':
      return { type: delivery.counts.accepted > 0 ? 'delivery_partly_sent' : 'delivery_failed', severity: 'info' };
    case 'failed':
    case 'partly_sent':
    case 'uncertain':
      return RULES[delivery.status];
    // Not settled, so there is nothing to tell yet.
    case 'queued':
    case 'sending':
    case 'waiting':
      return null;
  }
}

/** Returns the audience without the user who cancelled the delivery, or `null` if nobody else is left. */
function withoutWhoCancelled(audience: Audience, { status, cancelledBy }: SettledDelivery): Audience | null {
  if (status !== 'cancelled' || cancelledBy === undefined || audience.kind === 'team') return audience;
  const userIds = audience.userIds.filter((userId) => userId !== cancelledBy);
  return userIds.length === 0 ? null : { kind: 'users', userIds };
}

const isAfterDoubt = ({ afterDoubt = [] }: SettledDelivery): boolean => afterDoubt.length > 0;

/** A document that failed because of a server is part of that server's trouble, for readers who were told of it. */
function partOf({ status, usedFallback, failure }: SettledDelivery): Pick<Alert, 'partOf'> {
  if (failure === null || failure.server === null) return {};
  const groupKey = troubleOfServer(failure.server, failure);
  if (status === 'failed') return { partOf: { groupKey, as: 'failed' } };
  return status === 'sent' && usedFallback ? { partOf: { groupKey, as: 'fellBack' } } : {};
}

/**
 * Returns the key of a trouble. The same kind of trouble has the same key, so that a requester who hands over 500 wrong documents gets one
 * alert. Trouble on the way to a server belongs to that server.
 */
function groupKeyOf(type: Alert['type'], { status, usedFallback, failure }: SettledDelivery): string {
  const isOfServer = status === 'failed' || status === 'sent';
  if (isOfServer && failure !== null && failure.server !== null && failure.code.startsWith('smtp_')) {
    return `${type}|${failure.server}|${failure.code}`;
  }
  return [type, status, usedFallback ? 'platform' : 'own', failure?.code ?? ''].join('|');
}
