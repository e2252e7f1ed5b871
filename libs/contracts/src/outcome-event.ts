// The events of the dispatcher: every settled delivery, every rejected job and trouble on a route, once per event id. outcome-group.ts says
// how they travel.
import { z } from 'zod';
import { BOUNCE_CLASSES } from './bounce-vocabulary.js';
import { DELIVERY_STATUSES, RECIPIENT_ROLES, RECIPIENT_STATUSES, ROUTES } from './delivery-vocabulary.js';
import { documentReference } from './dispatch-job.js';
import { failureReason, outcomeEnvelope } from './outcome-envelope.js';
import { INCIDENT_EVENTS } from './outcome-incidents.js';
import { REJECTION_REASONS } from './rejection.js';

const deliveryInTrouble = z.object({
  id: z.string(),
  key: z.string(),
  document: documentReference,
  subject: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  route: z.enum(ROUTES).nullable(),
  usedFallback: z.boolean(),
  /** Every recipient that was not accepted, at most 50; `counts` has all of them. */
  troubled: z.array(
    z.object({
      address: z.string(),
      role: z.enum(RECIPIENT_ROLES),
      status: z.enum(RECIPIENT_STATUSES),
      failure: failureReason.nullable(),
    }),
  ),
  /** `byPlatform`: how many of the accepted went out by the platform's server. `uncertain`: only with `delivery_in_doubt`. */
  counts: z.object({ recipients: z.int(), accepted: z.int(), byPlatform: z.int().optional(), uncertain: z.int().optional() }),
  /** Reason of the delivery as a whole; with `usedFallback`, why the team's own server failed. */
  failure: failureReason.nullable(),
  /**
   * Accepted recipients for whom an earlier try did not learn whether the server accepted the message: a second copy may have arrived. At
   * most 50.
   */
  afterDoubt: z.array(z.string()).optional(),
  /** Who cancelled it, if somebody did. */
  cancelledBy: z.string().optional(),
});

export const deliverySettledEvent = z.object({ ...outcomeEnvelope, type: z.literal('delivery_settled'), delivery: deliveryInTrouble });
export type DeliverySettledEvent = z.infer<typeof deliverySettledEvent>;

/**
 * Nobody knows whether some recipients have got the document, and it is not sent to them again; for others it is still tried. `troubled`
 * names only those in doubt. `delivery_settled` says how the delivery ends.
 */
export const deliveryInDoubtEvent = z.object({ ...outcomeEnvelope, type: z.literal('delivery_in_doubt'), delivery: deliveryInTrouble });
export type DeliveryInDoubtEvent = z.infer<typeof deliveryInDoubtEvent>;

export const jobRejectedEvent = z.object({
  ...outcomeEnvelope,
  type: z.literal('job_rejected'),
  rejection: z.object({
    id: z.string(),
    key: z.string().nullable(),
    documentId: z.string().nullable(),
    documentNumber: z.string().nullable(),
    reason: z.enum(REJECTION_REASONS),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })),
  }),
});
export type JobRejectedEvent = z.infer<typeof jobRejectedEvent>;

/** News of a delivery: it came back, somebody complained, or one of its addresses is known to be dead. */
export const deliveryBouncedEvent = z.object({
  ...outcomeEnvelope,
  type: z.literal('delivery_bounced'),
  what: z.enum(['bounced', 'complaint', 'known_dead']),
  delivery: z.object({
    id: z.string(),
    key: z.string(),
    document: documentReference,
    subject: z.string(),
    status: z.enum(DELIVERY_STATUSES),
    /** `accepted`: how many accepted recipients are left, from whom it did not come back. */
    counts: z.object({ recipients: z.int(), accepted: z.int() }),
    /** The recipients that it is about, at most 50; none if the report does not say which recipient it is about. */
    recipients: z.array(
      z.object({
        address: z.string(),
        role: z.enum(RECIPIENT_ROLES),
        class: z.enum(BOUNCE_CLASSES),
        /** The other server's own words, at most 500 characters. Untrusted text. */
        reply: z.string().nullable(),
      }),
    ),
    /** If no recipient is named: why it came back, and what the other server said. */
    class: z.enum(BOUNCE_CLASSES).nullable(),
    reply: z.string().nullable(),
  }),
});
export type DeliveryBouncedEvent = z.infer<typeof deliveryBouncedEvent>;

export const outcomeEvent = z.discriminatedUnion('type', [
  deliverySettledEvent,
  deliveryInDoubtEvent,
  deliveryBouncedEvent,
  jobRejectedEvent,
  ...INCIDENT_EVENTS,
]);
export type OutcomeEvent = z.infer<typeof outcomeEvent>;
/** Events that concern a team: all but those for the operator of the platform. */
export type TeamEvent = Extract<OutcomeEvent, { teamId: string }>;
