// What an outcome means for people, as data: decided by decide-alert, kept with the notification, put into words when it is read.
import { type DeliverySettledEvent, type JobRejectedEvent, type Severity } from '@billing-mail/contracts';

/** The types of notification that outcomes lead to. */
export const ALERT_TYPES = ['delivery_failed', 'delivery_partly_sent', 'delivery_uncertain', 'delivery_fell_back', 'job_rejected'] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

type Delivery = DeliverySettledEvent['delivery'];

export type DeliveryParams = { kind: 'delivery' } & Pick<
  Delivery,
  'document' | 'status' | 'route' | 'usedFallback' | 'troubled' | 'counts' | 'failure'
>;
export type RejectionParams = { kind: 'rejection' } & Omit<JobRejectedEvent['rejection'], 'id'>;
export type AlertParams = DeliveryParams | RejectionParams;

/** Certain users, or everybody in the team when nobody is named. */
export type Audience = { kind: 'users'; userIds: string[] } | { kind: 'team' };

export type Alert = {
  teamId: string;
  type: AlertType;
  severity: Severity;
  audience: Audience;
  /** The same trouble has the same key; `null` when it is about one document only. */
  groupKey: string | null;
  params: AlertParams;
  deliveryId: string | null;
  documentId: string | null;
};
