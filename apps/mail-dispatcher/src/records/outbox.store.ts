// The outbox: outcomes are written in the transaction that makes them true, published until the listener has acknowledged them, and then
// deleted.
import { Injectable } from '@nestjs/common';
import { namedBy, OUTCOMES_PER_JOB, type OutcomeEvent } from '@billing-mail/contracts';
import { carriedTrace, Sql } from '@billing-mail/platform';
import { v7 as uuidv7 } from 'uuid';
import { type DeliveryState, type Look } from './rows.js';

/** An outcome without its id and time. */
export type NewOutcome = OutcomeEvent extends infer Event
  ? Event extends OutcomeEvent
    ? Omit<Event, 'version' | 'eventId' | 'occurredAt'>
    : never
  : never;

/** The outcomes of one job. */
export type OutboxGroup = { jobId: string; events: OutcomeEvent[] };
/** What the process that published a job remembers about it. */
export type PublishedGroup = { jobId: string; eventIds: string[] };

/** How long a job is left alone after it was published or looked at: as long as it has waited so far, within these bounds. */
export type LookAgain = { soonestMs: number; latestMs: number };

/** The largest number of rows, usually one for each job, that one look takes. */
const LOOKED_AT_ONCE = 1000;
/**
 * The first row of a job says when to look at the job, so that a look changes only one row and its index entry. The other rows have this
 * time, which matters only if the first row is gone and they are not.
 */
const THE_OTHERS = `interval '1 hour'`;
/** SQL: the time of the next look at a job, for its first row and for its other rows. */
const lookAt = (isFirst: string, afterMs: string): string =>
  `now() + CASE WHEN ${isFirst} THEN ${afterMs} * interval '1 millisecond' ELSE ${THE_OTHERS} END`;
/** SQL: the age of a job in milliseconds. Its id begins with the time at which it was made (RFC 9562, 5.7). */
const ageMs = (jobId: string): string =>
  `(extract(epoch FROM now()) * 1000 - ('x' || left(translate(${jobId}::text, '-', ''), 12))::bit(48)::bigint)`;

/** An outcome with its id, but without its time. */
export type IdentifiedOutcome = NewOutcome & { version: 1; eventId: string };
export const identified = (outcome: NewOutcome): IdentifiedOutcome => ({ ...outcome, version: 1, eventId: uuidv7() });

/** Returns SQL that formats a time as events and answers show it, in UTC with milliseconds. */
export const inUtc = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** The time of the transaction. */
export const UTC_NOW = inUtc('now()');

/** Returns the people whom an event about a route concerns. */
export const toTeam = ({ teamId, look, requestedBy }: Pick<DeliveryState, 'teamId' | 'requestedBy'> & { look: Look }) => ({
  teamId,
  // If the team has named nobody, the requester of a waiting document gets its alerts. A requester whom the team has named as well is
  // included because of the e-mail address, which may not be known yet.
  requestedBy: look.notifyUserIds.length === 0 || look.notifyUserIds.includes(requestedBy.userId ?? '') ? namedBy(requestedBy) : null,
  notifyUserIds: look.notifyUserIds,
  teamLocale: look.locale,
});

/** Adds an outcome inside the caller's transaction. */
export async function addToOutbox(sql: Sql, outcome: NewOutcome): Promise<void> {
  const event = identified({ ...carriedTrace(), ...outcome });
  await sql.rows(`INSERT INTO dispatch.outbox (id, payload) VALUES ($1::uuid, $2::jsonb || jsonb_build_object('occurredAt', ${UTC_NOW}))`, [
    event.eventId,
    JSON.stringify(event),
  ]);
}

/**
 * Until `publish_at`, an outcome without a job is left to the process that wrote it; after that any relay takes it. An outcome that belongs
 * to a job stays in it, so whoever publishes the job publishes the same events under the same id. A group is made and acknowledged by one
 * statement each, so nobody ever sees a part of it.
 */
@Injectable()
export class OutboxStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Makes a group of the oldest outcomes that have no job and are no longer left to the process that wrote them. The job is looked at again
   * after `againAfterMs`, even if nobody has published it by then.
   */
  async takeGroup(againAfterMs: number): Promise<OutboxGroup> {
    const jobId = uuidv7();
    const rows = await this.sql.rows<{ payload: OutcomeEvent }>(
      `WITH oldest AS MATERIALIZED (
         SELECT id FROM dispatch.outbox WHERE job_id IS NULL AND publish_at <= now() ORDER BY publish_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
       ),
       ranked AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM oldest),
       taken AS (
         UPDATE dispatch.outbox o SET job_id = $1, publish_at = ${lookAt('place = 1', '$3')} FROM ranked
         WHERE o.id = ranked.id RETURNING o.id, o.payload
       )
       SELECT payload FROM taken ORDER BY id`,
      [jobId, OUTCOMES_PER_JOB, againAfterMs],
    );
    return { jobId, events: rows.map(({ payload }) => payload) };
  }

  /** Returns the jobs that are due to be looked at and reserves them until the next look, so that two relays do not do the same work. */
  async takeJobs({ soonestMs, latestMs }: LookAgain): Promise<string[]> {
    const rows = await this.sql.rows<{ jobId: string }>(
      `WITH due AS MATERIALIZED (
         SELECT id, job_id FROM dispatch.outbox WHERE job_id IS NOT NULL AND publish_at <= now() ORDER BY publish_at LIMIT $1 FOR UPDATE SKIP LOCKED
       ),
       ranked AS (SELECT id, row_number() OVER (PARTITION BY job_id ORDER BY id) AS place FROM due)
       UPDATE dispatch.outbox o SET publish_at = ${lookAt('place = 1', `least(greatest(${ageMs('o.job_id')}, $2), $3)`)} FROM ranked WHERE o.id = ranked.id
       RETURNING o.job_id AS "jobId"`,
      [LOOKED_AT_ONCE, soonestMs, latestMs],
    );
    return [...new Set(rows.map(({ jobId }) => jobId))];
  }

  /** Returns the events of a job; none once it is acknowledged. */
  async eventsOf(jobId: string): Promise<OutcomeEvent[]> {
    const rows = await this.sql.rows<{ payload: OutcomeEvent }>('SELECT payload FROM dispatch.outbox WHERE job_id = $1 ORDER BY id', [
      jobId,
    ]);
    return rows.map(({ payload }) => payload);
  }

  /** Hands over to all relays a job that only its publisher has looked at so far. */
  async handOver({ jobId, eventIds }: PublishedGroup, againAfterMs: number): Promise<void> {
    await this.sql.affected(
      `WITH own AS MATERIALIZED (SELECT id FROM dispatch.outbox WHERE id = ANY ($2::uuid[]) AND job_id IS NULL ORDER BY id FOR UPDATE),
       ranked AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM own)
       UPDATE dispatch.outbox o SET job_id = $1, publish_at = ${lookAt('place = 1', '$3')} FROM ranked WHERE o.id = ranked.id`,
      [jobId, eventIds, againAfterMs],
    );
  }

  /** Deletes the outcomes of jobs that the listener has completed. */
  async acknowledge(jobIds: readonly string[]): Promise<void> {
    await this.sql.affected('DELETE FROM dispatch.outbox WHERE job_id = ANY ($1::uuid[])', [jobIds]);
  }

  /**
   * Deletes outcomes whose job is known only to its publisher. Outcomes that another relay has published meanwhile are deleted with their
   * job.
   */
  async acknowledgeEvents(eventIds: readonly string[]): Promise<void> {
    await this.sql.affected('DELETE FROM dispatch.outbox WHERE id = ANY ($1::uuid[]) AND job_id IS NULL', [eventIds]);
  }
}
