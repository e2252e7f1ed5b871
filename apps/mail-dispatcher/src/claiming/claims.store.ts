// Stores which process works on which delivery. A conditional UPDATE claims a delivery, with a lease that the database's clock measures;
// another process may take the delivery over once the lease has run out.
import { Injectable } from '@nestjs/common';
import { Sql } from '@billing-mail/platform';
import { type RecipientState, type ResolvedRecipient } from '@billing-mail/mail-core';
import { noteDueLanes } from '../records/lanes.js';
import { type DeliveryInHand } from '../records/rows.js';
import { type FixedLook, inLowerCase, wordsOf } from '../records/take-statement.js';
import { type ClaimedRow, toDelivery, WITH_ALL_PARTS } from './claimed-row.js';

export type ClaimRequest = {
  workerId: string;
  leaseMs: number;
  /** Most deliveries to claim. */
  count: number;
  /** How many deliveries of a lane this worker may work on at a time. If `platform` is 0, all lanes of the platform are skipped. */
  room: { platform: number; custom: number };
  /** How many more deliveries may start, for lanes with deliveries in hand and for restrained lanes; lanes with 0 are skipped. */
  left: ReadonlyMap<string, number>;
  /** Ids of the deliveries that this worker works on: it does not claim them again, even if their lease has run out. */
  inHand: readonly string[];
  /** Decides the order of the lanes. It differs with each claim, so that workers do not ask for the same rows. */
  seed: string;
};

/** The look, the recipients, and the doubt that a restore left on all of them. */
export type LookToFix = Pick<RecipientState, 'uncertainEnds' | 'reason'> & {
  fixed: FixedLook;
  recipients: readonly ResolvedRecipient[];
  lane: string;
};

/**
 * How many lanes a claim considers, those that are due longest first. A claim takes deliveries from fewer lanes, so that concurrent workers
 * begin at different ones.
 */
const LANES_LOOKED_AT = 256;

/** Ids of the due deliveries of a lane that nobody has claimed. Rows that another statement has locked are skipped. */
const dueIn = (lane: string, most: string, also = ''): string => `
  SELECT d.id FROM dispatch.deliveries d
  WHERE d.lane = ${lane} AND d.settled_at IS NULL AND d.claim_id IS NULL AND d.due_at <= now() AND d.id <> ALL($9::uuid[]) ${also}
  ORDER BY d.due_at LIMIT ${most} FOR UPDATE SKIP LOCKED`;

@Injectable()
export class ClaimsStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Claims due deliveries. The lanes share the claim equally, so that a thousand invoices of one team do not delay one invoice of another.
   * Rows are locked as they are chosen, and rows locked by others are skipped, so that claims do not wait for each other.
   */
  async claimDue({ workerId, leaseMs, count, room, left, inHand, seed }: ClaimRequest): Promise<DeliveryInHand[]> {
    const rows = await this.sql.prepared<ClaimedRow>(
      `WITH longest_due AS MATERIALIZED (
         SELECT lane FROM dispatch.lanes WHERE next_due_at <= now() AND lane <> ALL($5::text[]) AND ($3::int > 0 OR lane NOT LIKE '%/platform') ORDER BY next_due_at LIMIT ${LANES_LOOKED_AT}
       ),
       turn AS MATERIALIZED (SELECT lane FROM longest_due ORDER BY hashtext(lane || $8) LIMIT $2),
       room AS (
         SELECT turn.lane, least($2, coalesce(known.room, CASE WHEN turn.lane LIKE '%/platform' THEN $3::int ELSE $4::int END)) AS room,
           ceil($2::numeric / (SELECT count(*) FROM turn)) AS share
         FROM turn LEFT JOIN unnest($6::text[], $7::int[]) AS known (lane, room) USING (lane)
       ),
       -- an equal share for each lane first, then what others leave
       shared AS MATERIALIZED (
         SELECT next.id, room.lane FROM room
         CROSS JOIN LATERAL (${dueIn('room.lane', 'least(room.room, room.share)')}) next
         LIMIT $2
       ),
       due AS (
         SELECT id FROM shared
         UNION ALL
         (SELECT next.id FROM room
          CROSS JOIN LATERAL (${dueIn('room.lane', 'room.room - (SELECT count(*) FROM shared s WHERE s.lane = room.lane)', 'AND d.id NOT IN (SELECT id FROM shared)')}) next
          LIMIT $2 - (SELECT count(*) FROM shared))
       ),
       claimed AS (
         UPDATE dispatch.deliveries d
         SET claim_id = gen_random_uuid(), claimed_by = $1, status = 'sending', due_at = now() + $10 * interval '1 millisecond'
         FROM due WHERE d.id = due.id
         RETURNING d.*
       )
       ${WITH_ALL_PARTS}`,
      [
        workerId,
        count,
        room.platform,
        room.custom,
        [...left].filter(([, places]) => places <= 0).map(([lane]) => lane),
        [...left.keys()],
        [...left.values()],
        seed,
        inHand,
        leaseMs,
      ],
    );
    return rows.map(toDelivery);
  }

  /**
   * Corrects `next_due_at` of lanes whose time has come although none of their deliveries is due any more, because these were claimed or
   * now wait for a later time. Skips a lane that has changed meanwhile: this statement's snapshot may not show the delivery that made it
   * due.
   */
  async refreshLanes(): Promise<void> {
    await this.sql.rows(
      `WITH seen AS MATERIALIZED (
         SELECT l.lane, l.changes, l.next_due_at,
           (SELECT min(d.due_at) FROM dispatch.deliveries d WHERE d.lane = l.lane AND d.settled_at IS NULL AND d.claim_id IS NULL) AS due_at
         FROM dispatch.lanes l WHERE l.next_due_at <= now() ORDER BY l.next_due_at LIMIT 1000
       ),
       still AS MATERIALIZED (
         SELECT s.lane, s.due_at FROM seen s JOIN dispatch.lanes l ON l.lane = s.lane AND l.changes = s.changes
         WHERE s.due_at IS NULL OR s.due_at > s.next_due_at ORDER BY l.lane FOR UPDATE OF l SKIP LOCKED
       ),
       gone AS (DELETE FROM dispatch.lanes l USING still s WHERE l.lane = s.lane AND s.due_at IS NULL)
       UPDATE dispatch.lanes l SET next_due_at = s.due_at FROM still s WHERE l.lane = s.lane AND s.due_at IS NOT NULL`,
    );
  }

  /**
   * Gives back deliveries of other workers whose lease has run out: these workers are presumed dead. This counts as a crash for a delivery
   * unless its end of data may have gone out: then it had been composed, so composing it did not kill the worker. Returns how many were
   * given back.
   */
  async giveBackOfTheDead(inHand: readonly string[]): Promise<number> {
    const crashes = 'd.crashes + (NOT EXISTS (SELECT FROM dispatch.attempts t WHERE t.delivery_id = d.id AND t.outcome IS NULL))::int';
    return this.giveBack(`due_at <= now() AND id <> ALL($1::uuid[])`, crashes, [inHand]);
  }

  /** Returns the deliveries that this worker has claimed according to the database. */
  claimsOf(workerId: string): Promise<{ id: string; claimId: string }[]> {
    return this.sql.rows('SELECT id, claim_id AS "claimId" FROM dispatch.deliveries WHERE claim_id IS NOT NULL AND claimed_by = $1', [
      workerId,
    ]);
  }

  /** Gives back claims on which their worker never began to work; that does not count as a crash. Returns how many. */
  async giveBackUnheld(claimIds: readonly string[]): Promise<number> {
    return this.giveBack('claim_id = ANY($1::uuid[])', 'd.crashes', [claimIds]);
  }

  private async giveBack(condition: string, crashes: string, parameters: readonly unknown[]): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(
      `WITH chosen AS MATERIALIZED (
         SELECT id FROM dispatch.deliveries WHERE claim_id IS NOT NULL AND ${condition} ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
       ),
       given_back AS (
         UPDATE dispatch.deliveries d
         SET claim_id = NULL, claimed_by = NULL, due_at = now(), crashes = ${crashes},
             status = CASE WHEN d.custom_tries + d.platform_tries = 0 THEN 'queued' ELSE 'waiting' END
         FROM chosen WHERE d.id = chosen.id RETURNING d.lane, d.due_at
       ),
       due AS (${noteDueLanes('given_back')})
       SELECT count(*)::int AS count FROM given_back`,
      parameters,
    );
    return row?.count ?? 0;
  }

  /** Extends the leases of the given claims. Returns the claims that still exist. */
  async renew(claims: readonly { id: string; claimId: string }[], leaseMs: number): Promise<Set<string>> {
    const rows = await this.sql.rows<{ claim_id: string }>(
      `WITH held AS MATERIALIZED (
         SELECT d.id FROM dispatch.deliveries d JOIN unnest($1::uuid[], $2::uuid[]) AS c (id, claim_id) ON d.id = c.id AND d.claim_id = c.claim_id
         WHERE d.settled_at IS NULL ORDER BY d.id FOR NO KEY UPDATE OF d
       )
       UPDATE dispatch.deliveries d SET due_at = now() + $3 * interval '1 millisecond' FROM held WHERE d.id = held.id RETURNING d.claim_id`,
      [claims.map(({ id }) => id), claims.map(({ claimId }) => claimId), leaseMs],
    );
    return new Set(rows.map((row) => row.claim_id));
  }

  /**
   * Notes that a rehearsal begins. Returns how many have begun in a row without ending well, this one included; `null` if the claim is
   * lost.
   */
  async beginRehearsal({ id, claimId }: Pick<DeliveryInHand, 'id' | 'claimId'>): Promise<number | null> {
    const [row] = await this.sql.rows<{ rehearsals: number }>(
      'UPDATE dispatch.deliveries SET rehearsals = rehearsals + 1 WHERE id = $1 AND claim_id = $2 RETURNING rehearsals',
      [id, claimId],
    );
    return row?.rehearsals ?? null;
  }

  /** Notes that the rehearsal ended well. */
  async endRehearsal({ id, claimId }: Pick<DeliveryInHand, 'id' | 'claimId'>): Promise<void> {
    await this.sql.affected('UPDATE dispatch.deliveries SET rehearsals = 0 WHERE id = $1 AND claim_id = $2', [id, claimId]);
  }

  /**
   * Notes that this process begins to compose or write the delivery alone. That counts as one death until `endAlone` takes it back. Returns
   * false if the claim is lost.
   */
  async beginAlone({ id, claimId }: Pick<DeliveryInHand, 'id' | 'claimId'>): Promise<boolean> {
    const noted = await this.sql.affected(
      'UPDATE dispatch.deliveries SET deaths_alone = deaths_alone + 1 WHERE id = $1 AND claim_id = $2',
      [id, claimId],
    );
    return noted === 1;
  }

  /** Notes that this process survived: `survived` takes back the one death that `beginAlone` noted, `innocent` all of them. */
  async endAlone({ id, claimId }: Pick<DeliveryInHand, 'id' | 'claimId'>, outcome: 'survived' | 'innocent'): Promise<void> {
    await this.sql.affected(
      'UPDATE dispatch.deliveries SET deaths_alone = CASE WHEN $3 THEN 0 ELSE greatest(deaths_alone - 1, 0) END WHERE id = $1 AND claim_id = $2',
      [id, claimId, outcome === 'innocent'],
    );
  }

  /**
   * Fixes the look of a delivery that was taken without it, and its recipients including the team's copies. Returns the date of the
   * message; `null` if the claim is lost.
   */
  async fixLook(
    delivery: Pick<DeliveryInHand, 'id' | 'claimId' | 'subject' | 'document'>,
    { fixed, recipients, lane, uncertainEnds, reason }: LookToFix,
  ): Promise<Date | null> {
    const { id, claimId } = delivery;
    return this.sql.transaction(async (sql) => {
      const [row] = await sql.rows<{ dated_at: Date }>(
        `UPDATE dispatch.deliveries SET look = $3, route = $4, lane = $5, message_ids = $6, recipients_not_shown = $7, dated_at = date_trunc('second', now())
         WHERE id = $1 AND claim_id = $2 AND look IS NULL RETURNING dated_at`,
        [id, claimId, fixed.look, fixed.route, lane, fixed.messageIds, fixed.notShown],
      );
      if (row === undefined) return null;
      await sql.rows('DELETE FROM dispatch.recipients WHERE delivery_id = $1', [id]);
      await sql.rows(
        `INSERT INTO dispatch.recipients (delivery_id, position, address, name, role, uncertain_ends, reason)
         SELECT $1, r.position - 1, r.address, r.name, r.role, $5, $6
         FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS r (address, name, role, position)`,
        [
          id,
          recipients.map(({ address }) => address),
          recipients.map(({ name }) => name),
          recipients.map(({ role }) => role),
          uncertainEnds,
          reason,
        ],
      );
      const words = wordsOf(delivery, recipients);
      await sql.affected(`UPDATE dispatch.search_texts SET text = ${inLowerCase('$2')} WHERE delivery_id = $1`, [id, words]);
      return row.dated_at;
    });
  }

  /** Returns the teams with deliveries that wait for the team's own server, at most 1,000. */
  async teamsWaitingForServer(): Promise<string[]> {
    const rows = await this.sql.rows<{ lane: string }>(
      `SELECT lane FROM dispatch.lanes WHERE lane LIKE '%/custom' AND next_due_at > now() ORDER BY next_due_at LIMIT 1000`,
    );
    return rows.map(({ lane }) => lane.slice(0, -'/custom'.length));
  }

  /**
   * Makes waiting deliveries of a team due: those whose custom server has changed since their last try and, if `canSign`, those that wait
   * for a valid certificate. Returns how many.
   */
  async hastenForServer(teamId: string, fingerprint: string, canSign: boolean): Promise<number> {
    const [row] = await this.sql.rows<{ count: number }>(
      `WITH hastened AS (
         UPDATE dispatch.deliveries SET due_at = now()
         WHERE lane = $1 || '/custom' AND settled_at IS NULL AND claim_id IS NULL AND due_at > now()
           AND (server_fingerprint <> $2 OR ($3 AND failure ->> 'code' = 'certificate_expired'))
         RETURNING lane, due_at
       ),
       due AS (${noteDueLanes('hastened')})
       SELECT count(*)::int AS count FROM hastened`,
      [teamId, fingerprint, canSign],
    );
    return row?.count ?? 0;
  }
}
