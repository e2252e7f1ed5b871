import { type DeliveryInDoubtEvent, type DeliverySettledEvent, type FailureReason, namedBy } from '@billing-mail/contracts';
import { type SettledStatus } from '@billing-mail/mail-core';
import { type DeliveryState, type RecipientRow } from '../records/rows.js';

/**
 * The largest number of recipients in trouble, and of recipients who may have two copies, that an event names. Its counts cover all of
 * them.
 */
const NAMED = 50;

type Untimed<Event> = Omit<Event, 'version' | 'eventId' | 'occurredAt'>;

/** Returns the outcome of a settled delivery. */
export function toSettledEvent(
  delivery: DeliveryState & { status: SettledStatus },
  recipients: readonly RecipientRow[],
): Untimed<DeliverySettledEvent> {
  const afterDoubt = recipients.filter(({ status, uncertainEnds }) => status === 'accepted' && uncertainEnds > 0);
  const told = tell(
    delivery,
    recipients,
    recipients.filter(({ status }) => status !== 'accepted'),
  );
  const named = afterDoubt.length === 0 ? {} : { afterDoubt: afterDoubt.slice(0, NAMED).map(({ address }) => address) };
  return { type: 'delivery_settled', ...told, delivery: { ...told.delivery, ...named } };
}

/**
 * Returns an outcome for a delivery that is not settled yet, about uncertain recipients to whom it is not sent again. People who have to
 * ask these recipients then need not wait for the other recipients.
 */
export function toInDoubtEvent(delivery: DeliveryState, recipients: readonly RecipientRow[]): Untimed<DeliveryInDoubtEvent> {
  const uncertain = recipients.filter(({ status }) => status === 'uncertain');
  const told = tell(delivery, recipients, uncertain);
  const counts = { ...told.delivery.counts, uncertain: uncertain.length };
  return { type: 'delivery_in_doubt', ...told, delivery: { ...told.delivery, counts } };
}

function tell(
  delivery: DeliveryState,
  recipients: readonly RecipientRow[],
  troubled: readonly RecipientRow[],
): Omit<Untimed<DeliverySettledEvent>, 'type'> {
  return {
    teamId: delivery.teamId,
    requestedBy: namedBy(delivery.requestedBy),
    notifyUserIds: delivery.look?.notifyUserIds ?? [],
    teamLocale: delivery.look?.locale ?? null,
    ...(delivery.traceparent ? { traceparent: delivery.traceparent } : {}),
    delivery: {
      id: delivery.id,
      key: delivery.key,
      document: delivery.document,
      subject: delivery.subject,
      status: delivery.status,
      route: delivery.route,
      usedFallback: delivery.usedFallback,
      troubled: troubled.slice(0, NAMED).map((recipient) => ({
        address: recipient.address,
        role: recipient.role,
        status: recipient.status,
        failure: toFailure(recipient, delivery),
      })),
      counts: {
        recipients: recipients.length,
        accepted: recipients.filter(({ status }) => status === 'accepted').length,
        byPlatform: recipients.filter(({ status, route }) => status === 'accepted' && route === 'platform').length,
      },
      failure: delivery.failure,
      ...(delivery.cancelledBy ? { cancelledBy: delivery.cancelledBy } : {}),
    },
  };
}

/** Only the last server of the delivery is known, so no server is shown for a recipient who ended on the platform after a fallback. */
function toFailure({ status, reason, reply, route }: RecipientRow, delivery: DeliveryState): FailureReason | null {
  if (reason === null || status === 'cancelled') return null;
  const server = delivery.usedFallback && route === 'platform' ? null : (delivery.failure?.server ?? null);
  return { code: reason, server, reply };
}
