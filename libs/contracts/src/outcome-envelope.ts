// The fields that all outcome events share, and the reason for a failure.
import { z } from 'zod';
import { requestedBy } from './dispatch-job.js';
import { FAILURE_CODES } from './failure-codes.js';
import { locale } from './identifiers.js';
import { traceparent } from './traceparent.js';

/** Fields of every event, whoever it concerns. */
export const outcomeIdentity = {
  version: z.literal(1),
  /** UUID; a consumer acts once per event id, however often the job comes. */
  eventId: z.uuid(),
  occurredAt: z.iso.datetime(),
  /** The step that caused the event, if it is traced. */
  traceparent,
};

/** Fields of every event that concerns a team. */
export const outcomeEnvelope = {
  ...outcomeIdentity,
  teamId: z.string(),
  /** The requester, if that could be read. */
  requestedBy: requestedBy.nullable(),
  /** The team's `notifyUserIds`, who are alerted besides `requestedBy`. */
  notifyUserIds: z.array(z.string()),
  teamLocale: locale.nullable(),
};

/** What happened instead of a reply to the end of data. `interrupted`: our own process ended while it waited. */
export const SEEN_FOR_REPLY = ['broke', 'stalled', 'nonsense', 'interrupted'] as const;
export type SeenForReply = (typeof SEEN_FOR_REPLY)[number];

/** Why something failed, as data from which the text is made in the reader's language. */
export const failureReason = z.object({
  code: z.enum(FAILURE_CODES),
  /** `host:port` of the server that it is about, if it is about one. */
  server: z.string().nullable(),
  /** What the server said, verbatim, at most 500 characters. Untrusted text. */
  reply: z.string().nullable(),
  /** How long the server asked us to wait before the next try. */
  askedWaitMs: z.int().positive().optional(),
  /** The largest size that the server accepts, if it says so, and the size of the e-mail. */
  sizes: z.object({ limitBytes: z.int().optional(), messageBytes: z.int() }).optional(),
  /** With `sending_limit`: which limit of the team's server makes it wait. */
  limit: z.object({ count: z.int(), per: z.enum(['minute', 'day']) }).optional(),
  /** With `no_final_reply`: what was seen in place of the reply. */
  seen: z.enum(SEEN_FOR_REPLY).optional(),
});
export type FailureReason = z.infer<typeof failureReason>;
