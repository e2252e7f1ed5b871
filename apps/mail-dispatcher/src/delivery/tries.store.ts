// The record of a try: begun before anything is sent, fenced at the end of data, settled from facts in one transaction with its outcome.
import { Injectable } from '@nestjs/common';
import { type FailureReason, type Route } from '@billing-mail/contracts';
import {
  cancelOpen,
  type DeliveryPolicy,
  exhaust,
  isSettled,
  type RecipientResult,
  type Settlement,
  settledStatus,
  settleTry,
  transition,
  type Verdict,
} from '@billing-mail/mail-core';
import { inTransaction, Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type AttemptFacts, type RecipientRow } from './delivery-row.js';
import {
  applyLateResults,
  attemptOutcome,
  clearEndOfData,
  type LockedDelivery,
  lockDelivery,
  recipientsOf,
  writeNext,
  writeRecipients,
} from './settlement-records.js';

/** What a try found out. It is a fact: it is recorded even if the worker has lost its claim meanwhile. */
export type TryReport = {
  deliveryId: string;
  claimId: string;
  attemptId: string;
  route: Route;
  results: RecipientResult[];
  failure: Verdict | null;
  facts: AttemptFacts;
  /** Whether the team allows the fallback, as read for this try. */
  fallback: boolean;
};

/** `late`: another worker has the delivery now, only the facts were noted. */
export type Recorded = { kind: 'recorded'; next: Settlement['next'] } | { kind: 'late' };

@Injectable()
export class TriesStore {
  private readonly sql: Sql;

  constructor(private readonly dataSource: DataSource) {
    this.sql = new Sql(dataSource);
  }

  recipientsOf(deliveryId: string): Promise<RecipientRow[]> {
    return recipientsOf(this.sql, deliveryId);
  }

  /** Notes that a try begins; `null` when the claim is lost. */
  async begin(claim: { id: string; claimId: string }, route: Route, server: string, fingerprint: string): Promise<string | null> {
    const rows = await this.sql.rows<{ id: string }>(
      `WITH mine AS (
         UPDATE dispatch.deliveries SET route = $4, server_fingerprint = $6 WHERE id = $2 AND claim_id = $3 AND due_at > now() RETURNING id
       )
       INSERT INTO dispatch.attempts (id, delivery_id, number, route, claim_id, server)
       SELECT $1, mine.id, 1 + coalesce((SELECT max(number) FROM dispatch.attempts WHERE delivery_id = $2), 0), $4, $3, $5 FROM mine
       RETURNING id`,
      [uuidv7(), claim.id, claim.claimId, route, server, fingerprint],
    );
    return rows[0]?.id ?? null;
  }

  /**
   * The end-of-data gate: commits that the end of data goes out to these recipients, if this worker still holds the claim and each of
   * them is still open. One statement, so that it is the fence against a worker that lost its claim and the evidence after a crash.
   */
  async releaseEndOfData(claim: { id: string; claimId: string }, attemptId: string, positions: readonly number[]): Promise<boolean> {
    const touched = await this.sql.affected(
      `UPDATE dispatch.recipients r SET end_of_data_in = $3
       FROM dispatch.deliveries d
       WHERE d.id = $1 AND d.claim_id = $2 AND d.due_at > now() AND d.settled_at IS NULL
         AND r.delivery_id = d.id AND r.position = ANY($4::int[]) AND r.status = 'pending'
         AND (SELECT count(*) FROM dispatch.recipients open WHERE open.delivery_id = $1 AND open.position = ANY($4::int[]) AND open.status = 'pending') = cardinality($4::int[])`,
      [claim.id, claim.claimId, attemptId, positions],
    );
    return touched === positions.length;
  }

  /** Notes the results of one transaction while others of the same try are still to come. */
  async recordProgress(report: Pick<TryReport, 'deliveryId' | 'attemptId' | 'route' | 'results'>): Promise<void> {
    await inTransaction(this.dataSource, async (sql) => {
      await lockDelivery(sql, report.deliveryId);
      const before = await recipientsOf(sql, report.deliveryId);
      await writeRecipients(sql, report.deliveryId, before, applyLateResults(before, report));
      await clearEndOfData(sql, report.deliveryId, report.attemptId, definite(report.results));
    });
  }

  /** Settles a try. Safe to repeat: a report that is recorded already changes nothing. */
  async record(report: TryReport, policy: Omit<DeliveryPolicy, 'fallback'>, random: number): Promise<Recorded> {
    return inTransaction(this.dataSource, async (sql): Promise<Recorded> => {
      const delivery = await lockDelivery(sql, report.deliveryId);
      const before = await recipientsOf(sql, report.deliveryId);
      // The claim decides, not the attempt: its facts may have been noted from the journal already.
      const inTime = delivery.claimId === report.claimId;
      await this.noteAttempt(sql, report);
      if (!inTime) {
        await this.recordLate(sql, delivery, before, report);
        return { kind: 'late' };
      }
      const triesUsed = delivery.tries[report.route] + 1;
      const settlement = settleTry(before, { ...report, triesUsed }, { ...policy, fallback: report.fallback }, random);
      await writeRecipients(sql, delivery.id, before, settlement.recipients);
      await clearEndOfData(
        sql,
        delivery.id,
        report.attemptId,
        report.results.map(({ position }) => position),
      );
      const failure = report.failure ?? worstOf(report.results);
      await writeNext(sql, delivery, settlement, {
        triedRoute: report.route,
        failure: failure && { code: failure.reason, server: report.facts.server, reply: failure.reply },
      });
      return { kind: 'recorded', next: settlement.next };
    });
  }

  /** Notes what a server said in a try that its worker could not settle. Safe to repeat. */
  async recordFacts(report: Pick<TryReport, 'deliveryId' | 'attemptId' | 'route' | 'results'>): Promise<void> {
    await inTransaction(this.dataSource, async (sql) => {
      const delivery = await lockDelivery(sql, report.deliveryId);
      await this.recordLate(sql, delivery, await recipientsOf(sql, delivery.id), report);
      // Answered in full, so there is nothing left to find out about it; the next claim need not take it for a dead try.
      if (report.results.some(({ outcome }) => outcome === 'uncertain')) return;
      await sql.affected('UPDATE dispatch.attempts SET outcome = $2 WHERE id = $1 AND outcome IS NULL', [
        report.attemptId,
        attemptOutcome(report.results, null),
      ]);
    });
  }

  /**
   * Ends a try that a trouble of ours interrupted before its end of data: it costs the route nothing. It stays in the log only if a
   * server had accepted someone in it by then.
   */
  async interrupt(report: TryReport): Promise<void> {
    if (report.results.some(({ outcome }) => outcome === 'accepted')) {
      await this.recordProgress(report);
      await this.noteAttempt(this.sql, report);
      return;
    }
    await this.abandon(report.attemptId);
  }

  /** Takes back a try in which nothing was handed over. */
  async abandon(attemptId: string): Promise<void> {
    await this.sql.affected(
      `DELETE FROM dispatch.attempts a WHERE id = $1 AND outcome IS NULL
       AND NOT EXISTS (SELECT FROM dispatch.recipients r WHERE r.delivery_id = a.delivery_id AND r.end_of_data_in = a.id)`,
      [attemptId],
    );
  }

  /** Tries of this delivery that a worker began and never settled, with the recipients whose end of data was let go. */
  async unsettled(claim: {
    id: string;
    claimId: string;
  }): Promise<{ attemptId: string; claimId: string; route: Route; server: string; positions: number[]; ageMs: number }[]> {
    return this.sql.rows(
      `SELECT a.id AS "attemptId", a.claim_id AS "claimId", a.route, coalesce(a.server, '') AS server,
              (extract(epoch FROM now() - a.started_at) * 1000)::int AS "ageMs",
              coalesce(array_agg(r.position) FILTER (WHERE r.position IS NOT NULL), '{}') AS positions
       FROM dispatch.attempts a LEFT JOIN dispatch.recipients r ON r.delivery_id = a.delivery_id AND r.end_of_data_in = a.id
       WHERE a.delivery_id = $1 AND a.outcome IS NULL AND a.claim_id <> $2
       GROUP BY a.id ORDER BY a.number`,
      [claim.id, claim.claimId],
    );
  }

  /** Settles what is open without another try: the team is unknown, the delivery kills its workers. */
  async giveUp(claim: { id: string; claimId: string }, failure: FailureReason): Promise<void> {
    await this.conclude(claim, failure, (recipients) => {
      const blamed = recipients.map((recipient) =>
        recipient.status === 'pending' && recipient.uncertainEnds === 0
          ? { ...recipient, reason: failure.code, reply: failure.reply }
          : recipient,
      );
      return exhaust(blamed, 'platform', false);
    });
  }

  /** The custom server is no longer the team's way out: the open recipients go on to the platform. */
  async leaveCustomRoute(claim: { id: string; claimId: string }): Promise<void> {
    await this.conclude(claim, null, (recipients) => exhaust(recipients, 'custom', true));
  }

  /** Settles what was not accepted as cancelled; the claim is taken away, so that a try under way ends at its gate. */
  async cancel(teamId: string, deliveryId: string): Promise<'cancelled' | 'settled' | 'in_final' | 'unknown'> {
    return inTransaction(this.dataSource, async (sql) => {
      const delivery = await lockDelivery(sql, deliveryId, teamId);
      if (delivery === null) return 'unknown';
      if (isSettled(delivery.status)) return 'settled';
      const before = await recipientsOf(sql, deliveryId);
      const inFinal = new Set(before.filter(({ endOfDataIn }) => endOfDataIn !== null).map(({ position }) => position));
      const after = cancelOpen(before, (position) => inFinal.has(position));
      if (after.every((recipient, index) => recipient.status === before[index]?.status)) return 'in_final';
      await writeRecipients(sql, deliveryId, before, after);
      const status = settledStatus(after.map((recipient) => recipient.status));
      // Whoever is handing the mail over right now settles the rest when the answer is there.
      if (status !== null)
        await writeNext(sql, delivery, { recipients: after, next: { kind: 'settled', status } }, { triedRoute: null, failure: null });
      return 'cancelled';
    });
  }

  private async conclude(
    claim: { id: string; claimId: string },
    failure: FailureReason | null,
    decide: (recipients: RecipientRow[]) => Settlement,
  ): Promise<void> {
    await inTransaction(this.dataSource, async (sql) => {
      const delivery = await lockDelivery(sql, claim.id);
      if (delivery.claimId !== claim.claimId) return;
      const before = await recipientsOf(sql, claim.id);
      const settlement = decide(before);
      await writeRecipients(sql, claim.id, before, settlement.recipients);
      await writeNext(sql, delivery, settlement, { triedRoute: null, failure });
    });
  }

  /** A late answer completes the facts, but a doubt that was logged stays: the next try may have been sent because of it. */
  private async noteAttempt(sql: Sql, report: TryReport): Promise<void> {
    const { facts } = report;
    await sql.affected(
      `UPDATE dispatch.attempts SET duration_ms = $2, outcome = coalesce(outcome, $3), stage = $4, code = $5, enhanced_code = $6, reason = $7, reply = $8, server = $9, tls = $10
       WHERE id = $1 AND (outcome IS NULL OR outcome = 'uncertain')`,
      [
        report.attemptId,
        facts.durationMs,
        attemptOutcome(report.results, report.failure),
        facts.stage,
        facts.code,
        facts.enhancedCode,
        facts.reason,
        facts.reply,
        facts.server,
        facts.tls,
      ],
    );
  }

  /** Another worker has the delivery: a yes of the server is the truth all the same, and nobody it names is sent to again. */
  private async recordLate(
    sql: Sql,
    delivery: LockedDelivery,
    before: RecipientRow[],
    report: Pick<TryReport, 'deliveryId' | 'attemptId' | 'route' | 'results'>,
  ): Promise<void> {
    const after = applyLateResults(before, report);
    await writeRecipients(sql, delivery.id, before, after);
    await clearEndOfData(sql, delivery.id, report.attemptId, definite(report.results));
    const status = settledStatus(after.map((recipient) => recipient.status));
    if (status === null || status === delivery.status) return;
    if (isSettled(delivery.status)) {
      await sql.affected('UPDATE dispatch.deliveries SET status = $2 WHERE id = $1', [delivery.id, transition(delivery.status, status)]);
    } else {
      await writeNext(sql, delivery, { recipients: after, next: { kind: 'settled', status } }, { triedRoute: null, failure: null });
    }
  }
}

const definite = (results: readonly RecipientResult[]): number[] =>
  results.filter(({ outcome }) => outcome !== 'uncertain').map(({ position }) => position);

/** The verdict to show for the delivery when the try as a whole did not fail but a recipient was refused. */
function worstOf(results: readonly RecipientResult[]): Verdict | null {
  const troubled = results.filter((result) => result.outcome !== 'accepted');
  return (troubled.find(({ outcome }) => outcome === 'uncertain') ?? troubled[0])?.verdict ?? null;
}
