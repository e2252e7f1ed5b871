// What every event about a team carries, whatever it tells, and why something failed.
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
  /** The step that it follows from, where that is traced. */
  traceparent,
};

/** Fields of every event that concerns a team. */
export const outcomeEnvelope = {
  ...outcomeIdentity,
  teamId: z.string(),
  /** Who caused it, where that could be read. */
  requestedBy: requestedBy.nullable(),
  /** The team's `notifyUserIds`, told besides `requestedBy`. */
  notifyUserIds: z.array(z.string()),
  teamLocale: locale.nullable(),
};

/** What came in place of the reply to an end of data; `interrupted`: our own process ended while it waited. */
export const SEEN_FOR_REPLY = ['broke', 'stalled', 'nonsense', 'interrupted'] as const;
export type SeenForReply = (typeof SEEN_FOR_REPLY)[number];

/** Why it failed, as data; the words are made from it in the reader's language. */
export const failureReason = z.object({
  code: z.enum(FAILURE_CODES),
  /** `host:port` of the server that it is about, where it is about one. */
  server: z.string().nullable(),
  /** What the server said, verbatim, at most 500 characters. Untrusted text. */
  reply: z.string().nullable(),
  /** How long the server asked to wait before it is asked again. */
  askedWaitMs: z.int().positive().optional(),
  /** What the server takes at most, if it says so, and what the e-mail has. */
  sizes: z.object({ limitBytes: z.int().optional(), messageBytes: z.int() }).optional(),
  /** With `sending_limit`: which limit of the team's server makes it wait. */
  limit: z.object({ count: z.int(), per: z.enum(['minute', 'day']) }).optional(),
  /** With `no_final_reply`: what was seen in place of the reply. */
  seen: z.enum(SEEN_FOR_REPLY).optional(),
});
export type FailureReason = z.infer<typeof failureReason>;
