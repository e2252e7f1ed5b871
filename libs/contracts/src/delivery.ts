// A delivery as the log shows it.
import { z } from 'zod';
import { recipientAddress } from './address.js';
import { listOf } from './bounded-list.js';
import { BOUNCE_CLASSES, REPORT_KINDS } from './bounce-vocabulary.js';
import { ATTEMPT_OUTCOMES, ATTEMPT_STAGES, DELIVERY_STATUSES, RECIPIENT_ROLES, RECIPIENT_STATUSES, ROUTES } from './delivery-vocabulary.js';
import { documentReference } from './dispatch-job.js';
import { instant } from './delivery-log.js';
import { FAILURE_CODES } from './failure-codes.js';
import { lineOfText } from './text.js';

const timestamp = z.iso.datetime();

export const attemptView = z.object({
  number: z.int(),
  route: z.enum(ROUTES),
  startedAt: timestamp,
  durationMs: z.int().nullable(),
  outcome: z.enum(ATTEMPT_OUTCOMES).nullable(),
  stage: z.enum(ATTEMPT_STAGES).nullable(),
  code: z.int().nullable(),
  enhancedCode: z.string().nullable(),
  reply: z.string().nullable(),
  server: z.string().nullable(),
  tls: z.string().nullable(),
  /**
   * The SMTP dialogue, line by line with its times and without the sign-in, at most 8 KiB; `null` if all recipients were accepted.
   * Untrusted text.
   */
  transcript: z.string().nullable(),
});
export type AttemptView = z.infer<typeof attemptView>;

export const recipientView = z.object({
  address: z.string(),
  name: z.string().nullable(),
  role: z.enum(RECIPIENT_ROLES),
  status: z.enum(RECIPIENT_STATUSES),
  route: z.enum(ROUTES).nullable(),
  reply: z.string().nullable(),
  at: timestamp.nullable(),
  /**
   * Why the message for this recipient was refused, is in doubt, came back or may have arrived twice, and what to do, in the reader's
   * language; `null` if there is nothing to say, or if the delivery's failure says it for all.
   */
  explanation: z.string().nullable(),
  /** When another document last came back from this address for good, as long as that is remembered: this one may come back too. */
  bouncedBefore: timestamp.nullable(),
  /** Whether the document was refused, or came back, because of this address, so that it has to be corrected first. */
  isAddressWrong: z.boolean(),
});
export type RecipientView = z.infer<typeof recipientView>;

/** What a report to the return path of a delivery says. */
export const reportView = z.object({
  kind: z.enum(REPORT_KINDS),
  /** The recipient that it is about; `null` if the report does not say. */
  recipient: z.string().nullable(),
  class: z.enum(BOUNCE_CLASSES).nullable(),
  /** Whether the same mail would come back again. */
  permanent: z.boolean(),
  status: z.string().nullable(),
  /** The other server's own words. Untrusted text. */
  diagnostic: z.string().nullable(),
  reporter: z.string().nullable(),
  retryUntil: timestamp.nullable(),
  at: timestamp,
  /** Why it came back, in the reader's language; `null` for reports of other kinds. */
  explanation: z.string().nullable(),
});
export type ReportView = z.infer<typeof reportView>;

/**
 * Who sent a delivery again, when, and with which note. If an internal service did, `by` is the user who is alerted (`null` if none is
 * known).
 */
export const sendingAgain = z.object({ by: z.string().nullable(), at: timestamp, note: z.string().nullable() });
export type SendingAgain = z.infer<typeof sendingAgain>;

export const failureView = z.object({ code: z.enum([...FAILURE_CODES, 'other']), message: z.string() });

export const deliveryView = z.object({
  id: z.string(),
  teamId: z.string(),
  key: z.string(),
  document: documentReference,
  /** Id of the user in whose name it is sent; `null` if the document named none that could be read. */
  requestedBy: z.string().nullable(),
  subject: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  route: z.enum(ROUTES).nullable(),
  usedFallback: z.boolean(),
  signed: z.boolean(),
  messageId: z.string().nullable(),
  resendOf: z.string().nullable(),
  /** The latest delivery by which this one was sent again. */
  sentAgainAs: z.string().nullable(),
  /** How many addresses of To and Cc get the mail but do not fit into its header. */
  recipientsNotShown: z.int(),
  createdAt: timestamp,
  settledAt: timestamp.nullable(),
  nextTryAt: timestamp.nullable(),
  /** The incident of its route that it met last. */
  incidentId: z.string().nullable(),
  /** The user, or internal service, who cancelled it. */
  cancelledBy: z.string().nullable(),
  /** Who found out that an uncertain document has arrived. `note` is what that user wrote. */
  received: z.object({ by: z.string(), at: timestamp, note: z.string().nullable() }).nullable(),
  /** Set if this delivery sends another one again. */
  resend: sendingAgain.nullable(),
  /** Set if this delivery was sent again: the latest time. */
  sentAgain: sendingAgain.nullable(),
  recipients: z.array(recipientView),
  attempts: z.array(attemptView),
  /** Oldest first. */
  reports: z.array(reportView),
  failure: failureView.nullable(),
});
export type DeliveryView = z.infer<typeof deliveryView>;

/**
 * A delivery in the log, with its first few recipients and their total number. Those whom it did not certainly reach come before all
 * others.
 */
export const deliverySummary = deliveryView
  .omit({ resend: true, sentAgain: true, recipients: true, attempts: true, reports: true })
  .extend({
    recipients: z.array(recipientView.pick({ address: true, name: true, role: true })),
    recipientCount: z.int(),
  });
export type DeliverySummary = z.infer<typeof deliverySummary>;

/** Body of `POST …/deliveries/{id}/resend`. */
export const resendRequest = z.strictObject({
  recipients: listOf(z.strictObject({ address: recipientAddress, insteadOf: recipientAddress.optional() }), 'must be a list')
    .min(1, 'needs at least one recipient, or leave it out')
    .optional(),
  note: lineOfText({ min: 1, max: 500 }).optional(),
});
export type ResendRequest = z.infer<typeof resendRequest>;

/** Body of `POST …/deliveries/{id}/reschedule`: not before then. */
export const rescheduleRequest = z.strictObject({ sendAt: instant });
export type RescheduleRequest = z.output<typeof rescheduleRequest>;

/** Body of `POST …/deliveries/{id}/received`. */
export const receivedRequest = z.strictObject({ note: lineOfText({ min: 1, max: 500 }).optional() });
export type ReceivedRequest = z.infer<typeof receivedRequest>;

/** `delivery.updated` on the Redis transport. */
export const deliveryUpdatedEvent = z.object({
  teamId: z.string(),
  deliveryId: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  documentId: z.string(),
});
export type DeliveryUpdatedEvent = z.infer<typeof deliveryUpdatedEvent>;
