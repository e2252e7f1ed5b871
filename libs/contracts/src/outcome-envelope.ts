// What every event about a team carries, whatever it tells, and why something failed.
import { z } from 'zod';
import { requestedBy } from './dispatch-job.js';
import { FAILURE_CODES } from './failure-codes.js';

/** Fields of every event, whoever it concerns. */
export const outcomeIdentity = {
  version: z.literal(1),
  /** UUID; a consumer acts once per event id, however often the job comes. */
  eventId: z.uuid(),
  occurredAt: z.iso.datetime(),
};

/** Fields of every event that concerns a team. */
export const outcomeEnvelope = {
  ...outcomeIdentity,
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
});
export type FailureReason = z.infer<typeof failureReason>;
