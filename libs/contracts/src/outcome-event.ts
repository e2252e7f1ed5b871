// What the dispatcher tells: every settled delivery and every rejected job, once per event id. How it travels is in outcome-group.ts.
import { z } from 'zod';
import { DELIVERY_STATUSES, RECIPIENT_ROLES, RECIPIENT_STATUSES, ROUTES } from './delivery-vocabulary.js';
import { documentReference, requestedBy } from './dispatch-job.js';
import { FAILURE_CODES } from './failure-codes.js';

const event = {
  version: z.literal(1),
  /** UUID; a consumer acts once per event id, however often the job comes. */
  eventId: z.uuid(),
  occurredAt: z.iso.datetime(),
  teamId: z.string(),
  /** Who caused it, where that could be read. */
  requestedBy: requestedBy.nullable(),
  /** The team's `notifyUserIds`, told besides `requestedBy`. */
  notifyUserIds: z.array(z.string()),
  teamLocale: z.enum(['en', 'de']).nullable(),
};

/** Why it failed, as data; the words are made from it in the reader's language. */
export const failureReason = z.object({
  code: z.enum(FAILURE_CODES),
  /** `host:port` of the server that it is about, where it is about one. */
  server: z.string().nullable(),
  /** What the server said, verbatim, at most 500 characters. Untrusted text. */
  reply: z.string().nullable(),
  /** How long the server asked to wait before it is asked again. */
  askedWaitMs: z.int().positive().optional(),
  /** What the server takes at most, and what the e-mail has. */
  sizes: z.object({ limitBytes: z.int(), messageBytes: z.int() }).optional(),
});
export type FailureReason = z.infer<typeof failureReason>;

export const deliverySettledEvent = z.object({
  ...event,
  type: z.literal('delivery_settled'),
  delivery: z.object({
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
    counts: z.object({ recipients: z.int(), accepted: z.int() }),
    /** Reason of the delivery as a whole: with `usedFallback` why the custom server failed. */
    failure: failureReason.nullable(),
  }),
});
export type DeliverySettledEvent = z.infer<typeof deliverySettledEvent>;

export const jobRejectedEvent = z.object({
  ...event,
  type: z.literal('job_rejected'),
  rejection: z.object({
    id: z.string(),
    key: z.string().nullable(),
    documentId: z.string().nullable(),
    documentNumber: z.string().nullable(),
    reason: z.enum(['invalid', 'key_conflict', 'team_unknown']),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })),
  }),
});
export type JobRejectedEvent = z.infer<typeof jobRejectedEvent>;

export const outcomeEvent = z.discriminatedUnion('type', [deliverySettledEvent, jobRejectedEvent]);
export type OutcomeEvent = z.infer<typeof outcomeEvent>;
