// An incident: trouble with one cause on a route of a team, as the log shows it.
import { z } from 'zod';
import { deliveryCounts } from './delivery-log.js';
import { ROUTES } from './delivery-vocabulary.js';
import { FAILURE_CODES } from './failure-codes.js';

const timestamp = z.iso.datetime();

/** Who has to act: the team, in its settings; the operator of its mail server; or the platform. */
export const MENDERS = ['team', 'operator', 'platform'] as const;
export type Mender = (typeof MENDERS)[number];

export const incidentView = z.object({
  id: z.string(),
  teamId: z.string(),
  route: z.enum(ROUTES),
  code: z.enum(FAILURE_CODES),
  /** `host:port`. */
  server: z.string(),
  /** What the server said last, verbatim, at most 500 characters. Untrusted text. */
  reply: z.string().nullable(),
  /** When the first and the latest try failed for this cause. */
  since: timestamp,
  lastFailureAt: timestamp,
  failures: z.int(),
  /** When a document went out by this route again; `null` while none has. */
  endedAt: timestamp.nullable(),
  turn: z.enum(MENDERS),
  /** JSON pointer of the setting to look at, if there is one. */
  field: z.string().nullable(),
  /** In the reader's language. */
  happened: z.string(),
  todo: z.string(),
  /** What became of the deliveries that met the incident. `sentAgain`: those that did not end as sent, and were sent again as new ones. */
  deliveries: deliveryCounts.extend({ sentAgain: z.int() }),
});
export type IncidentView = z.infer<typeof incidentView>;

/** Answer of `GET …/incidents`: at most a hundred, the open ones first, then the latest. */
export const incidentList = z.object({ items: z.array(incidentView) });
export type IncidentList = z.infer<typeof incidentList>;
