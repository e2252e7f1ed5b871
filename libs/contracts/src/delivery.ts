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
  /** What both sides said, line by line with its time and without the sign-in, at most 8 KiB; `null` where all were accepted. Untrusted text. */
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
  /** Why it was refused, is in doubt or came back, or may have arrived twice, and what to do, in the reader's language; `null` where there is nothing to say, or where the delivery's failure says it for all. */
  explanation: z.string().nullable(),
  /** When a document last came back from there for good, as long as that is remembered: this one may come back too. */
  bouncedBefore: timestamp.nullable(),
});
export type RecipientView = z.infer<typeof recipientView>;

/** What came to the return path of a delivery, or was found out about it. */
export const reportView = z.object({
  kind: z.enum(REPORT_KINDS),
  /** The recipient that it is about; `null` where the report does not tell. */
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
  /** Why it came back, in the reader's language; `null` for what says something else. */
  explanation: z.string().nullable(),
});
export type ReportView = z.infer<typeof reportView>;

/** Who sent a delivery again, or is told of it where an internal service did (`null` where nobody is known), and what was noted. */
export const sendingAgain = z.object({ by: z.string().nullable(), at: timestamp, note: z.string().nullable() });
export type SendingAgain = z.infer<typeof sendingAgain>;

export const failureView = z.object({ code: z.enum([...FAILURE_CODES, 'other']), message: z.string() });

export const deliveryView = z.object({
  id: z.string(),
  teamId: z.string(),
  key: z.string(),
  document: documentReference,
  /** Id of the user in whose name it is sent; `null` where the document named none that could be read. */
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
  /** Addresses of To and Cc that get the mail but do not fit into its header. */
  recipientsNotShown: z.int(),
  createdAt: timestamp,
  settledAt: timestamp.nullable(),
  nextTryAt: timestamp.nullable(),
  /** The trouble of its way out that it met last. */
  incidentId: z.string().nullable(),
  /** The user, or internal service, who cancelled it. */
  cancelledBy: z.string().nullable(),
  /** Who found out that it arrived, where nobody knew whether it did. `note` is what that user wrote. */
  received: z.object({ by: z.string(), at: timestamp, note: z.string().nullable() }).nullable(),
  /** Of one that is another one sent again. */
  resend: sendingAgain.nullable(),
  /** Of one that was sent again: the latest time. */
  sentAgain: sendingAgain.nullable(),
  recipients: z.array(recipientView),
  attempts: z.array(attemptView),
  /** Oldest first. */
  reports: z.array(reportView),
  failure: failureView.nullable(),
});
export type DeliveryView = z.infer<typeof deliveryView>;

/** A delivery in the log: of its recipients the first few, before all others those whom it did not reach for certain, and how many there are. */
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
