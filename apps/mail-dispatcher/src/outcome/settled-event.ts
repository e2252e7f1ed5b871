import { type DeliverySettledEvent, type FailureReason, type FailureCode } from '@billing-mail/contracts';
import { type SettledStatus } from '@billing-mail/mail-core';
import { type LockedDelivery } from '../delivery/settlement-records.js';
import { type RecipientRow } from '../delivery/delivery-row.js';

/** An event names at most this many recipients in trouble; it counts all. */
const TROUBLED_SHOWN = 50;

/** What the dispatcher tells of a delivery that is settled. */
export function toSettledEvent(
  delivery: LockedDelivery & { status: SettledStatus },
  recipients: readonly RecipientRow[],
): Omit<DeliverySettledEvent, 'version' | 'eventId' | 'occurredAt'> {
  const troubled = recipients.filter(({ status }) => status !== 'accepted');
  return {
    type: 'delivery_settled',
    teamId: delivery.teamId,
    requestedBy: delivery.requestedBy,
    notifyUserIds: delivery.look?.notifyUserIds ?? [],
    teamLocale: delivery.look?.locale ?? null,
    delivery: {
      id: delivery.id,
      key: delivery.key,
      document: delivery.document,
      subject: delivery.subject,
      status: delivery.status,
      route: delivery.route,
      usedFallback: delivery.usedFallback,
      troubled: troubled.slice(0, TROUBLED_SHOWN).map(({ address, role, status, reason, reply }) => ({
        address,
        role,
        status,
        failure: toFailure(reason, reply, delivery.failure),
      })),
      counts: { recipients: recipients.length, accepted: recipients.length - troubled.length },
      failure: delivery.failure,
    },
  };
}

function toFailure(reason: FailureCode | null, reply: string | null, ofDelivery: FailureReason | null): FailureReason | null {
  return reason === null ? null : { code: reason, server: ofDelivery?.server ?? null, reply };
}
