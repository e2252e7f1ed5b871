// The slow path of settling, under a lock on the delivery: for callers without its claim, or whose state in memory is outdated.
import { Injectable } from '@nestjs/common';
import { cancelOpen, isSettled, settledStatus } from '@billing-mail/mail-core';
import { Sql } from '@billing-mail/platform';
import { type DeliveryState, type RecipientRow } from '../records/rows.js';
import { settleDeliveries } from '../records/settle-statement.js';
import { countDecision } from './count-decision.js';
import { applyLateResults, attemptOutcome, type Decision, recipientsOnly, toAttempt, toDecision } from './decision.js';
import { type FactsReport, type TryReport } from './try-report.js';

export type LockedDelivery = DeliveryState & { recipients: RecipientRow[]; claimId: string | null; revision: number };

const NO_FAILURE = { triedRoute: null, failure: null } as const;

@Injectable()
export class SettlementStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Decides again on the current state and writes the decision. Returns it with the new revision; `null` if the claim is no longer valid.
   */
  async redecide(
    { id, claimId }: { id: string; claimId: string },
    decide: (now: DeliveryState) => Decision,
  ): Promise<{ decision: Decision; revision: number } | null> {
    return this.sql.transaction(async (sql) => {
      const now = await lockDelivery(sql, id);
      if (now === null || now.claimId !== claimId) return null;
      const decision = decide(now);
      await settleDeliveries(sql, [{ id, held: null, ...decision }]);
      return { decision, revision: now.revision + 1 };
    });
  }

  /**
   * Records what a server said to a worker that no longer has the delivery. An acceptance is true whatever was decided meanwhile, so its
   * recipient is never sent to again. With `report.facts`, the row of the try is completed if the try released an end of data. Safe to
   * repeat. Returns false if there is no such delivery.
   */
  async recordFacts(report: FactsReport & Partial<TryReport>): Promise<boolean> {
    return this.sql.transaction(async (sql) => {
      const now = await lockDelivery(sql, report.deliveryId);
      if (now === null) return false;
      const decision = decideLate(now, report, await doubtsEndedBy(sql, now, report));
      if (decision !== null) {
        await settleDeliveries(sql, [{ id: now.id, held: null, ...decision }]);
        countDecision(decision, null);
      }
      await this.noteAnswer(sql, report);
      return true;
    });
  }

  /**
   * Cancels the open recipients whose end of data is not out; those in doubt are settled as uncertain. Removes the claim if this settles
   * the delivery, and otherwise raises its revision, so that a running try stops at its gate.
   */
  async cancel(teamId: string, deliveryId: string, by: string): Promise<'cancelled' | 'settled' | 'in_final' | 'unknown'> {
    return this.sql.transaction(async (sql) => {
      const now = await lockDelivery(sql, deliveryId, teamId);
      if (now === null) return 'unknown';
      if (isSettled(now.status)) return 'settled';
      const inFinal = await positionsInFinal(sql, deliveryId);
      const after = cancelOpen(now.recipients, (position) => inFinal.has(position));
      if (after.every((recipient, index) => recipient.status === now.recipients[index]?.status)) return 'in_final';
      await sql.affected('UPDATE dispatch.deliveries SET cancelled_by = $2 WHERE id = $1', [deliveryId, by]);
      const cancelled = { ...now, cancelledBy: by };
      const status = settledStatus(after.map((recipient) => recipient.status));
      // A worker that has sent its end of data settles the remaining recipients once the reply arrives.
      const decision =
        status === null
          ? recipientsOnly(cancelled, after)
          : toDecision(cancelled, { recipients: after, next: { kind: 'settled', status } }, NO_FAILURE);
      await settleDeliveries(sql, [{ id: now.id, held: null, ...decision }]);
      countDecision(decision, null);
      return 'cancelled';
    });
  }

  /** Returns the SHA-256 hashes of the messages that began to go out; kept bytes are stored under them. */
  async messagesOf(deliveryId: string): Promise<string[]> {
    const rows = await this.sql.rows<{ sha256: string }>(
      'SELECT DISTINCT message_sha256 AS sha256 FROM dispatch.attempts WHERE delivery_id = $1 AND message_sha256 IS NOT NULL',
      [deliveryId],
    );
    return rows.map(({ sha256 }) => sha256);
  }

  /** Closes the answered part of a try, so that the next claim does not take it for a try whose worker has died. */
  private async noteAnswer(sql: Sql, { attemptId, results }: FactsReport): Promise<void> {
    const answered = results.filter(({ outcome }) => outcome !== 'uncertain').map(({ position }) => position);
    const isWhole = answered.length === results.length;
    await sql.affected(
      `UPDATE dispatch.attempts SET released = (SELECT coalesce(array_agg(p), '{}') FROM unnest(released) AS p WHERE p <> ALL($2::int[])),
         outcome = CASE WHEN $3 THEN $4 END
       WHERE id = $1 AND outcome IS NULL`,
      [attemptId, answered, isWhole, attemptOutcome(results, null)],
    );
  }
}

function decideLate(now: LockedDelivery, report: FactsReport & Partial<TryReport>, doubtsEnded: ReadonlySet<number>): Decision | null {
  const after = applyLateResults(now.recipients, report).map((recipient) =>
    doubtsEnded.has(recipient.position) ? { ...recipient, uncertainEnds: recipient.uncertainEnds - 1 } : recipient,
  );
  // Only a try that released an end of data has a row. The number of another try may have been used by another worker.
  const wasReleased = report.facts !== undefined && report.results.some(({ outcome }) => outcome !== 'refused');
  const attempt = wasReleased ? toAttempt(report as TryReport, attemptOutcome(report.results, report.failure ?? null)) : null;
  const status = settledStatus(after.map((recipient) => recipient.status));
  if (status === null || status === now.status) {
    const decision = recipientsOnly(now, after);
    return decision.recipients.length === 0 && attempt === null ? null : { ...decision, attempt };
  }
  const settled = toDecision(now, { recipients: after, next: { kind: 'settled', status } }, NO_FAILURE);
  // If the outcome has been sent already, the record is corrected, but no second outcome is sent.
  return { ...settled, ...(isSettled(now.status) && { outcome: null }), attempt };
}

/**
 * Returns the positions of the recipients whose logged doubt this answer ends: the doubt comes from this try, and no other try has an
 * unanswered end of data to them. The doubts of a settled delivery stay, because its outcome has been sent.
 */
async function doubtsEndedBy(sql: Sql, now: LockedDelivery, { attemptId, results }: FactsReport): Promise<ReadonlySet<number>> {
  if (isSettled(now.status)) return new Set();
  const accepted = new Set(results.flatMap(({ outcome, position }) => (outcome === 'accepted' ? [position] : [])));
  const doubted = now.recipients.filter(
    ({ position, status, uncertainEnds }) => uncertainEnds > 0 && status !== 'accepted' && accepted.has(position),
  );
  if (doubted.length === 0) return new Set();
  const [own] = await sql.rows('SELECT FROM dispatch.attempts WHERE id = $1 AND outcome = $2', [attemptId, 'uncertain']);
  if (own === undefined) return new Set();
  const inFinal = await positionsInFinal(sql, now.id);
  return new Set(doubted.map(({ position }) => position).filter((position) => !inFinal.has(position)));
}

/** Reads a delivery and locks its row; `null` if it does not exist. */
export async function lockDelivery(sql: Sql, deliveryId: string, teamId: string | null = null): Promise<LockedDelivery | null> {
  const [row] = await sql.rows<Omit<LockedDelivery, 'recipients'>>(
    `SELECT id, team_id AS "teamId", key, status, claim_id AS "claimId", revision, route, used_fallback AS "usedFallback",
            jsonb_build_object('custom', custom_tries, 'platform', platform_tries) AS tries,
            document, requested_by AS "requestedBy", subject, look, failure, cancelled_by AS "cancelledBy", traceparent
     FROM dispatch.deliveries WHERE id = $1 AND ($2::text IS NULL OR team_id = $2) FOR UPDATE`,
    [deliveryId, teamId],
  );
  if (row === undefined) return null;
  const recipients = await sql.rows<RecipientRow>(
    `SELECT position, address, name, role, status, route, reason, reply, uncertain_ends AS "uncertainEnds"
     FROM dispatch.recipients WHERE delivery_id = $1 ORDER BY position`,
    [deliveryId],
  );
  return { ...row, recipients };
}

/** Returns the positions of the recipients whose end of data is out and not answered yet. */
async function positionsInFinal(sql: Sql, deliveryId: string): Promise<Set<number>> {
  const rows = await sql.rows<{ position: number }>(
    `SELECT unnest(released) AS position FROM dispatch.attempts WHERE delivery_id = $1 AND outcome IS NULL`,
    [deliveryId],
  );
  return new Set(rows.map(({ position }) => position));
}
