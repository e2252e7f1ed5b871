// SQL statements that delete expired rows of the dispatcher's tables.
import { EXPIRED_AT_ONCE, type Expiry } from '@billing-mail/platform';
import { type DispatcherEnv } from '../dispatcher.env.js';

const isHeld = (team: string): string => `EXISTS (SELECT FROM dispatch.legal_holds h WHERE h.team_id = ${team})`;

/**
 * Ids are UUIDs of version 7, which begin with the time when they were made. So the primary key finds old rows, and settling a delivery
 * need not maintain another index.
 */
const madeBefore = (ms: string): string =>
  `(lpad(to_hex((extract(epoch FROM now()) * 1000 - ${ms})::bigint), 12, '0') || repeat('0', 20))::uuid`;

const settledBefore = (ms: string): string => `
  d.id < ${madeBefore(ms)} AND d.settled_at < now() - ${ms} * interval '1 millisecond' AND NOT ${isHeld('d.team_id')}`;

/** Longer than the log ever asks for: it shows counts of at most 90 days. */
const COUNTS_ASKED_MS = 100 * 24 * 60 * 60 * 1000;

export const expiriesOf = ({ RETENTION_DELIVERIES, RETENTION_CONTENTS, RETENTION_REJECTED_JOBS }: DispatcherEnv): Expiry[] => [
  {
    // Deletes recipients, tries, texts and reports as well. The collector then removes documents that no delivery names.
    kind: 'deliveries',
    afterMs: RETENTION_DELIVERIES,
    statement: `
      WITH old AS MATERIALIZED (
        SELECT d.id FROM dispatch.deliveries d WHERE ${settledBefore('$1::float8')} ORDER BY d.id LIMIT ${EXPIRED_AT_ONCE} FOR UPDATE SKIP LOCKED
      ),
      unlinked AS (
        UPDATE dispatch.deliveries r SET resend_of = NULL FROM old WHERE r.resend_of = old.id AND r.id NOT IN (SELECT id FROM old)
      )
      DELETE FROM dispatch.deliveries d USING old WHERE d.id = old.id`,
  },
  {
    // Texts and documents go together, as a delivery without one of them can't be sent again anyway.
    kind: 'contents',
    afterMs: RETENTION_CONTENTS ?? null,
    statement: `
      WITH old AS MATERIALIZED (
        SELECT d.id FROM dispatch.deliveries d JOIN dispatch.contents c ON c.delivery_id = d.id WHERE ${settledBefore('$1::float8')}
        ORDER BY d.id LIMIT ${EXPIRED_AT_ONCE} FOR UPDATE OF c SKIP LOCKED
      ),
      documents AS (DELETE FROM dispatch.attachments a USING old WHERE a.delivery_id = old.id)
      DELETE FROM dispatch.contents c USING old WHERE c.delivery_id = old.id`,
  },
  {
    kind: 'incidents',
    afterMs: RETENTION_DELIVERIES,
    statement: `
      DELETE FROM dispatch.incidents WHERE id IN (
        SELECT i.id FROM dispatch.incidents i WHERE i.id < ${madeBefore('$1::float8')}
          AND coalesce(i.ended_at, i.seen_at) < now() - $1::float8 * interval '1 millisecond' AND NOT ${isHeld('i.team_id')}
        ORDER BY i.id LIMIT ${EXPIRED_AT_ONCE})`,
  },
  {
    kind: 'rejected_jobs',
    afterMs: RETENTION_REJECTED_JOBS,
    statement: `
      DELETE FROM dispatch.rejected_jobs WHERE id IN (
        SELECT j.id FROM dispatch.rejected_jobs j WHERE j.id < ${madeBefore('$1::float8')} AND NOT ${isHeld("coalesce(j.team_id, '')")}
        ORDER BY j.id LIMIT ${EXPIRED_AT_ONCE})`,
  },
  {
    // Counts are no evidence, so a legal hold does not keep them.
    kind: 'daily_counts',
    afterMs: COUNTS_ASKED_MS,
    statement: `
      DELETE FROM dispatch.daily_counts WHERE (team_id, day) IN (
        SELECT team_id, day FROM dispatch.daily_counts WHERE day < now() - $1::float8 * interval '1 millisecond' LIMIT ${EXPIRED_AT_ONCE})`,
  },
];
