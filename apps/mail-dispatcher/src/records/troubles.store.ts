// Stores the troubles of lanes and since when they last. All processes share them, so that each trouble raises one alert. Also stores which
// marks of expiring certificates have raised theirs.
import { Injectable } from '@nestjs/common';
import { Sql } from '@billing-mail/platform';
import { routeOf } from './lanes.js';
import { addToOutbox, type NewOutcome } from './outbox.store.js';

/**
 * No delivery waits longer than this, so a delivery that was taken earlier than this before the trouble can't have been tried since it
 * began.
 */
const LONGEST_WAIT_MS = 7 * 24 * 60 * 60 * 1000;

export type LastingTrouble = { since: Date; waiting: number };

@Injectable()
export class TroublesStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Records that a lane fails. Returns true if it has failed for `toldAfterMs` and no alert was raised yet.
   * @param quietMs after this time without a try, the trouble may have ended in between and counts as a new one
   */
  async note(lane: string, quietMs: number, toldAfterMs: number): Promise<boolean> {
    const [row] = await this.sql.rows<{ isDue: boolean }>(
      `INSERT INTO dispatch.troubles AS known (lane) VALUES ($1)
       ON CONFLICT (lane) DO UPDATE SET seen_at = now(),
         since = CASE WHEN known.seen_at < now() - $2 * interval '1 millisecond' THEN now() ELSE known.since END,
         told_at = CASE WHEN known.seen_at < now() - $2 * interval '1 millisecond' THEN NULL ELSE known.told_at END
       RETURNING told_at IS NULL AND since <= now() - $3 * interval '1 millisecond' AS "isDue"`,
      [lane, quietMs, toldAfterMs],
    );
    return row?.isDue ?? false;
  }

  /**
   * Raises the alert about a lane, once. If another process has seen the lane work meanwhile, the trouble begins anew instead. Returns
   * whether the alert was raised.
   */
  async tell(lane: string, outcomeOf: (trouble: LastingTrouble) => NewOutcome): Promise<boolean> {
    return this.sql.transaction(async (sql) => {
      const [trouble] = await sql.rows<{ since: Date }>(
        'SELECT since FROM dispatch.troubles WHERE lane = $1 AND told_at IS NULL FOR UPDATE',
        [lane],
      );
      if (trouble === undefined) return false;
      if (await this.hasWorkedSince(sql, lane, trouble.since)) {
        await sql.affected('UPDATE dispatch.troubles SET since = now() WHERE lane = $1', [lane]);
        return false;
      }
      await sql.affected('UPDATE dispatch.troubles SET told_at = now() WHERE lane = $1', [lane]);
      // Unclaimed and claimed deliveries are counted separately, because each kind has its own index.
      const open = 'SELECT count(*) FROM dispatch.deliveries WHERE lane = $1 AND settled_at IS NULL';
      const [row] = await sql.rows<{ waiting: number }>(
        `SELECT ((${open} AND claim_id IS NULL) + (${open} AND claim_id IS NOT NULL))::int AS waiting`,
        [lane],
      );
      await addToOutbox(sql, outcomeOf({ since: trouble.since, waiting: row?.waiting ?? 0 }));
      return true;
    });
  }

  /** Ends the trouble, as the lane works. */
  async end(lane: string): Promise<void> {
    await this.sql.affected('DELETE FROM dispatch.troubles WHERE lane = $1', [lane]);
  }

  /**
   * Raises the alert about an expiring certificate once for `days`, however many processes ask. Returns whether this call did.
   * @param teamId the team that owns the certificate, followed by its use if it is not for signing; empty for the platform
   */
  async warnOfCertificate(teamId: string, notAfter: Date, days: number, outcome: NewOutcome): Promise<boolean> {
    return this.sql.transaction(async (sql) => {
      const first = await sql.rows(
        'INSERT INTO dispatch.certificate_warnings (team_id, not_after, days) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING days',
        [teamId, notAfter, days],
      );
      if (first.length > 0) await addToOutbox(sql, outcome);
      return first.length > 0;
    });
  }

  private async hasWorkedSince(sql: Sql, lane: string, since: Date): Promise<boolean> {
    const route = routeOf(lane);
    const rows = await sql.rows(
      `SELECT FROM dispatch.deliveries d JOIN dispatch.attempts t ON t.delivery_id = d.id
       WHERE d.team_id = $1 AND d.id > $4::uuid AND t.route = $2 AND t.outcome IN ('accepted', 'partial') AND t.started_at > $3 LIMIT 1`,
      [lane.slice(0, -`/${route}`.length), route, since, idAt(since.getTime() - LONGEST_WAIT_MS)],
    );
    return rows.length > 0;
  }
}

/** Returns the smallest id of that moment: ids begin with the time at which they were made (RFC 9562, 5.7). */
function idAt(timeMs: number): string {
  const time = Math.max(0, timeMs).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
