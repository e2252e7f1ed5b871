// The statements that a settlement is written with; each runs inside the caller's transaction, under the lock on the delivery's row.
import {
  type AttemptOutcome,
  type DeliveryStatus,
  type DocumentReference,
  type FailureReason,
  type RequestedBy,
  type Route,
} from '@billing-mail/contracts';
import { type RecipientResult, type RecipientState, type Settlement, transition, type Verdict } from '@billing-mail/mail-core';
import { type Sql } from '@billing-mail/platform';
import { toSettledEvent } from '../outcome/settled-event.js';
import { addToOutbox } from '../outcome/outbox.store.js';
import { laneOf } from './lane-health.js';
import { type Look, type RecipientRow } from './delivery-row.js';

export type LockedDelivery = {
  id: string;
  teamId: string;
  key: string;
  status: DeliveryStatus;
  claimId: string | null;
  route: Route | null;
  usedFallback: boolean;
  tries: Record<Route, number>;
  document: DocumentReference;
  requestedBy: RequestedBy;
  subject: string;
  look: Look | null;
  failure: FailureReason | null;
};

export async function lockDelivery(sql: Sql, deliveryId: string): Promise<LockedDelivery>;
export async function lockDelivery(sql: Sql, deliveryId: string, teamId: string): Promise<LockedDelivery | null>;
export async function lockDelivery(sql: Sql, deliveryId: string, teamId?: string): Promise<LockedDelivery | null> {
  const [row] = await sql.rows<LockedDelivery>(
    `SELECT id, team_id AS "teamId", key, status, claim_id AS "claimId", route, used_fallback AS "usedFallback",
            jsonb_build_object('custom', custom_tries, 'platform', platform_tries) AS tries,
            document, requested_by AS "requestedBy", subject, look, failure
     FROM dispatch.deliveries WHERE id = $1 AND ($2::text IS NULL OR team_id = $2) FOR UPDATE`,
    [deliveryId, teamId ?? null],
  );
  if (row === undefined && teamId === undefined) throw new Error(`Delivery ${deliveryId} does not exist.`);
  return row ?? null;
}

export async function recipientsOf(sql: Sql, deliveryId: string): Promise<RecipientRow[]> {
  return sql.rows(
    `SELECT position, address, name, role, status, route, reason, reply, uncertain_ends AS "uncertainEnds", end_of_data_in AS "endOfDataIn"
     FROM dispatch.recipients WHERE delivery_id = $1 ORDER BY position`,
    [deliveryId],
  );
}

/** Writes those that changed, in one statement however many there are. */
export async function writeRecipients(
  sql: Sql,
  deliveryId: string,
  before: readonly RecipientState[],
  after: readonly RecipientState[],
): Promise<void> {
  const known = new Map(before.map((recipient) => [recipient.position, recipient]));
  const changed = after.filter((recipient) => !sameState(recipient, known.get(recipient.position)));
  if (changed.length === 0) return;
  await sql.affected(
    `UPDATE dispatch.recipients r
     SET status = c.status, route = c.route, reason = c.reason, reply = c.reply, uncertain_ends = c.uncertain_ends, at = now()
     FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[]) AS c (position, status, route, reason, reply, uncertain_ends)
     WHERE r.delivery_id = $1 AND r.position = c.position`,
    [
      deliveryId,
      changed.map(({ position }) => position),
      changed.map(({ status }) => status),
      changed.map(({ route }) => route),
      changed.map(({ reason }) => reason),
      changed.map(({ reply }) => reply),
      changed.map(({ uncertainEnds }) => uncertainEnds),
    ],
  );
}

function sameState(one: RecipientState, other: RecipientState | undefined): boolean {
  return (
    other !== undefined &&
    one.status === other.status &&
    one.route === other.route &&
    one.reason === other.reason &&
    one.reply === other.reply &&
    one.uncertainEnds === other.uncertainEnds
  );
}

/** Accepted is accepted, whatever else was decided meanwhile; other results change nothing here. */
export function applyLateResults(
  before: readonly RecipientRow[],
  report: { route: Route; results: readonly RecipientResult[] },
): RecipientRow[] {
  const accepted = new Map(
    report.results.flatMap((result) => (result.outcome === 'accepted' ? [[result.position, result.reply] as const] : [])),
  );
  return before.map((recipient) =>
    accepted.has(recipient.position) && recipient.status !== 'accepted'
      ? { ...recipient, status: 'accepted', reason: null, reply: accepted.get(recipient.position) ?? null, route: report.route }
      : recipient,
  );
}

/** The answer to an end of data is recorded, so it is no longer open. */
export async function clearEndOfData(sql: Sql, deliveryId: string, attemptId: string, positions: readonly number[]): Promise<void> {
  await sql.affected(
    'UPDATE dispatch.recipients SET end_of_data_in = NULL WHERE delivery_id = $1 AND end_of_data_in = $2 AND position = ANY($3::int[])',
    [deliveryId, attemptId, positions],
  );
}

export function attemptOutcome(results: readonly RecipientResult[], failure: Verdict | null): AttemptOutcome {
  if (results.some(({ outcome }) => outcome === 'uncertain')) return 'uncertain';
  const accepted = results.filter(({ outcome }) => outcome === 'accepted').length;
  if (accepted === 0) return 'failed';
  return accepted === results.length && failure === null ? 'accepted' : 'partial';
}

/** Writes what comes next and gives the claim back; a settled delivery tells so in the same transaction. */
export async function writeNext(
  sql: Sql,
  delivery: LockedDelivery,
  { recipients, next }: Settlement,
  context: { triedRoute: Route | null; failure: FailureReason | null },
): Promise<void> {
  const usedFallback = delivery.usedFallback || next.kind === 'fall_back';
  const clean = next.kind === 'settled' && next.status === 'sent' && !usedFallback;
  // A fallback that worked is explained by why the custom server did not.
  const failure = clean
    ? null
    : next.kind === 'settled' && next.status === 'sent'
      ? delivery.failure
      : (context.failure ?? delivery.failure);
  const status = transition(delivery.status, next.kind === 'settled' ? next.status : 'waiting');
  const route = next.kind === 'fall_back' ? 'platform' : delivery.route;
  const lane = laneOf(delivery.teamId, route ?? 'custom');
  await sql.affected(
    `UPDATE dispatch.deliveries
     SET status = $2, route = $3, lane = $9, used_fallback = $4, failure = $5, claim_id = NULL, claimed_by = NULL, postponements = 0, crashes = 0,
         custom_tries = custom_tries + ($6::text IS NOT DISTINCT FROM 'custom')::int, platform_tries = platform_tries + ($6::text IS NOT DISTINCT FROM 'platform')::int,
         settled_at = CASE WHEN $7 THEN now() END, due_at = CASE WHEN $7 THEN NULL ELSE now() + $8 * interval '1 millisecond' END
     WHERE id = $1`,
    [
      delivery.id,
      status,
      route,
      usedFallback,
      failure,
      context.triedRoute,
      next.kind === 'settled',
      next.kind === 'wait' ? next.afterMs : 0,
      lane,
    ],
  );
  if (next.kind === 'settled')
    await addToOutbox(
      sql,
      toSettledEvent({ ...delivery, status: next.status, route, usedFallback, failure }, recipients as RecipientRow[]),
    );
}
