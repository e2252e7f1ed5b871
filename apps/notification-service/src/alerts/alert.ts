// What an outcome means for people, as data: decided by decide-alert, kept with the notification, put into words when it is read.
import {
  type CertificateExpiringEvent,
  type DeliveryBouncedEvent,
  type DeliverySettledEvent,
  type JobRejectedEvent,
  type OwnCertificateExpiringEvent,
  type PlatformUnavailableEvent,
  type ServerDownEvent,
  type Severity,
  type WebhookOffReason,
} from '@billing-mail/contracts';

/** The types of notification that outcomes lead to. */
export const ALERT_TYPES = [
  'delivery_failed',
  'delivery_partly_sent',
  'delivery_uncertain',
  'delivery_bounced',
  'delivery_fell_back',
  'job_rejected',
  'smtp_server_down',
  'platform_unavailable',
  'certificate_expiring',
  'webhook_off',
] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

type Delivery = DeliverySettledEvent['delivery'];

export type DeliveryParams = { kind: 'delivery' } & Pick<
  Delivery,
  'document' | 'status' | 'route' | 'usedFallback' | 'troubled' | 'counts' | 'failure' | 'afterDoubt'
>;
export type BounceParams = { kind: 'bounce'; what: DeliveryBouncedEvent['what'] } & Pick<
  DeliveryBouncedEvent['delivery'],
  'document' | 'status' | 'counts' | 'recipients' | 'class' | 'reply'
>;
export type RejectionParams = { kind: 'rejection' } & Omit<JobRejectedEvent['rejection'], 'id'>;
export type IncidentParams =
  | ({ kind: 'server_down' } & Pick<ServerDownEvent, 'incidentId' | 'server' | 'since' | 'failure' | 'waiting'> & Partial<SinceTold>)
  | ({ kind: 'platform_unavailable' } & Pick<PlatformUnavailableEvent, 'since' | 'reason' | 'waiting'>)
  | ({ kind: 'certificate_expiring' } & Pick<CertificateExpiringEvent, 'notAfter' | 'daysLeft'>)
  | { kind: 'webhook_off'; host: string; reason: WebhookOffReason }
  | ({ kind: 'own_certificate_expiring' } & Pick<OwnCertificateExpiringEvent, 'addresses' | 'notAfter' | 'daysLeft'>);
export type AlertParams = DeliveryParams | BounceParams | RejectionParams | IncidentParams;

/** What became of documents by trouble of a server after its team was told of it: how many failed, and how many went out by the platform. */
export type SinceTold = { failed: number; fellBack: number };

/** Who runs the platform: a team and a user of that no token can speak, as their signs do not fit a team. */
export const OPERATOR = { teamId: '(platform)', userId: '(operator)' } as const;

/** For whom alerts to a team's own address are kept; nobody is called that, and whoever in the team were would see what the team is told. */
export const teamMailbox = (teamId: string): string => `(team ${teamId})`;

/** Certain users, or everybody in the team when nobody is named. */
export type Audience = { kind: 'users'; userIds: string[] } | { kind: 'team' };

export type Alert = {
  teamId: string;
  type: AlertType;
  severity: Severity;
  audience: Audience;
  /** The same kind of trouble has the same key. */
  groupKey: string;
  /** The trouble of a server that it is one more document of: whoever was told of that is not told of each. */
  partOf?: { groupKey: string; as: keyof SinceTold };
  params: AlertParams;
  deliveryId: string | null;
  documentId: string | null;
};
