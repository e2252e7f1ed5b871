// Events of the dispatcher about a route instead of a delivery: a server that is down, a platform that can't send, a certificate that
// expires.
import { z } from 'zod';
import { failureReason, outcomeEnvelope, outcomeIdentity } from './outcome-envelope.js';
import { namedCertificate } from './team-certificate.js';

/**
 * A team's own server does not work: somebody has to change something, or it failed repeatedly. `requestedBy` is set only if the team has
 * named nobody, or has named this user too.
 */
export const serverDownEvent = z.object({
  ...outcomeEnvelope,
  type: z.literal('server_down'),
  incidentId: z.uuid().optional(),
  /** `host:port`. */
  server: z.string(),
  since: z.iso.datetime(),
  /** Why the latest try failed. */
  failure: failureReason,
  /** Deliveries of the team that wait for this server. */
  waiting: z.int().nonnegative(),
});
export type ServerDownEvent = z.infer<typeof serverDownEvent>;

/** Why the platform itself cannot send. */
export const PLATFORM_TROUBLES = ['signing_unavailable', 'server_unavailable'] as const;

/**
 * The platform has sent nothing of a team for an hour, or the platform's account was stopped. `requestedBy` is set as in `serverDownEvent`.
 */
export const platformUnavailableEvent = z.object({
  ...outcomeEnvelope,
  type: z.literal('platform_unavailable'),
  since: z.iso.datetime(),
  reason: z.enum(PLATFORM_TROUBLES),
  /** Deliveries of the team that wait for the platform. */
  waiting: z.int().nonnegative(),
});
export type PlatformUnavailableEvent = z.infer<typeof platformUnavailableEvent>;

/** The certificate that signs on a route expires. It concerns the operator of the platform, so it names no team. */
export const certificateExpiringEvent = z.object({
  ...outcomeIdentity,
  type: z.literal('certificate_expiring'),
  /** When the dispatcher noticed. */
  at: z.iso.datetime(),
  route: z.literal('platform'),
  notAfter: z.iso.datetime(),
  /** Whole days from `at` to `notAfter`; negative once it has expired. */
  daysLeft: z.int(),
});
export type CertificateExpiringEvent = z.infer<typeof certificateExpiringEvent>;

/**
 * A certificate of a team expires: one that signs what goes out by its own server, or one that secures the connection to that server.
 * `requestedBy` is null: nobody asked for it.
 */
export const ownCertificateExpiringEvent = z.object({
  ...outcomeEnvelope,
  type: z.literal('own_certificate_expiring'),
  ...namedCertificate,
  notAfter: z.iso.datetime(),
  /** Whole days from when the dispatcher noticed to `notAfter`; negative once it has expired. */
  daysLeft: z.int(),
});
export type OwnCertificateExpiringEvent = z.infer<typeof ownCertificateExpiringEvent>;

export const INCIDENT_EVENTS = [serverDownEvent, platformUnavailableEvent, certificateExpiringEvent, ownCertificateExpiringEvent] as const;
