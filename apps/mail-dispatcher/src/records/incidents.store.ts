// Ends the incidents of teams, raises the alerts about them, and lists them for people to look up.
import { Injectable } from '@nestjs/common';
import { type DeliveryCounts, type FailureCode, type Requester, type Route } from '@billing-mail/contracts';
import { Sql } from '@billing-mail/platform';
import { laneOf, routeOf } from './lanes.js';
import { addToOutbox, toTeam } from './outbox.store.js';
import { type Look } from './rows.js';

/** The same trouble raises no second alert within this time. */
const TOLD_ONCE_IN = `interval '1 hour'`;
/** Most incidents alerted in one transaction. */
const TOLD_AT_ONCE = 20;

type OpenIncident = { id: string; teamId: string; route: Route; code: FailureCode; server: string; reply: string | null; beganAt: Date };

export type IncidentRecord = OpenIncident & {
  openedAt: Date;
  seenAt: Date;
  endedAt: Date | null;
  failures: number;
  deliveries: DeliveryCounts & { sentAgain: number };
};

const COLUMNS = `i.id, i.team_id AS "teamId", i.route, i.code, i.server, i.reply, i.began_at AS "beganAt"`;

/** The results of the deliveries of incident `i`. Each delivery counts once; one that was sent again counts only as `sentAgain`. */
const COUNTS = `
  SELECT json_build_object(
    'underWay', count(*) FILTER (WHERE d.settled_at IS NULL),
    'sentAgain', count(*) FILTER (WHERE d.is_sent_again),
    'sent', count(*) FILTER (WHERE d.status = 'sent' AND NOT d.used_fallback),
    'fellBack', count(*) FILTER (WHERE d.status = 'sent' AND d.used_fallback),
    'failed', count(*) FILTER (WHERE d.status = 'failed' AND NOT d.is_sent_again),
    'partlySent', count(*) FILTER (WHERE d.status = 'partly_sent' AND NOT d.is_sent_again),
    'uncertain', count(*) FILTER (WHERE d.status = 'uncertain' AND NOT d.is_sent_again),
    'cancelled', count(*) FILTER (WHERE d.status = 'cancelled' AND NOT d.is_sent_again)) AS deliveries
  FROM (
    SELECT o.status, o.used_fallback, o.settled_at,
      o.status <> 'sent' AND o.settled_at IS NOT NULL AND EXISTS (SELECT FROM dispatch.deliveries a WHERE a.resend_of = o.id) AS is_sent_again
    FROM dispatch.deliveries o WHERE o.incident_id = i.id
  ) d`;

const RECORD = `SELECT ${COLUMNS}, i.opened_at AS "openedAt", i.seen_at AS "seenAt", i.ended_at AS "endedAt", i.failures, c.deliveries
  FROM dispatch.incidents i CROSS JOIN LATERAL (${COUNTS}) c`;

@Injectable()
export class IncidentsStore {
  constructor(private readonly sql: Sql) {}

  /** Returns the lanes that have failed and not worked since. */
  async lanesInTrouble(): Promise<string[]> {
    const rows = await this.sql.rows<{ teamId: string; route: Route }>(
      'SELECT DISTINCT team_id AS "teamId", route FROM dispatch.incidents WHERE ended_at IS NULL',
    );
    return rows.map(({ teamId, route }) => laneOf(teamId, route));
  }

  /**
   * Ends the open incidents of a lane, as it works again or the team no longer uses it. Troubles that had not become incidents are deleted.
   */
  async end(lane: string): Promise<void> {
    const route = routeOf(lane);
    await this.sql.rows(
      `WITH never AS (
         DELETE FROM dispatch.incidents WHERE team_id = $1 AND route = $2 AND ended_at IS NULL AND opened_at IS NULL
       )
       UPDATE dispatch.incidents SET ended_at = now() WHERE team_id = $1 AND route = $2 AND ended_at IS NULL AND opened_at IS NOT NULL`,
      [lane.slice(0, -`/${route}`.length), route],
    );
  }

  /** Counts a delivery that avoids its failing route towards the incident of that route, if this process still holds its claim. */
  async goRound({ id, claimId, teamId }: { id: string; claimId: string; teamId: string }, code: FailureCode): Promise<void> {
    await this.sql.affected(
      `UPDATE dispatch.deliveries d SET incident_id = i.id
       FROM (SELECT id FROM dispatch.incidents WHERE team_id = $3 AND route = 'custom' AND code = $4 AND ended_at IS NULL ORDER BY id DESC LIMIT 1) i
       WHERE d.id = $1 AND d.claim_id = $2`,
      [id, claimId, teamId, code],
    );
  }

  /**
   * Raises an alert for each open incident of a team's own server that has none yet, only once even if several processes do so. Returns how
   * many.
   */
  async tellOpened(): Promise<number> {
    return this.sql.transaction(async (sql) => {
      const untold = await sql.rows<OpenIncident & { look: Look; requestedBy: Requester; waiting: number; isNews: boolean }>(
        `SELECT ${COLUMNS}, d.look, d.requested_by AS "requestedBy",
           (SELECT count(*)::int FROM dispatch.deliveries w WHERE w.lane = i.team_id || '/custom' AND w.settled_at IS NULL) AS waiting,
           NOT EXISTS (SELECT FROM dispatch.incidents e WHERE e.team_id = i.team_id AND e.route = i.route AND e.code = i.code
             AND e.server = i.server AND e.told_at > now() - ${TOLD_ONCE_IN}) AS "isNews"
         FROM dispatch.incidents i CROSS JOIN LATERAL (
           SELECT l.look, l.requested_by FROM dispatch.deliveries l WHERE l.incident_id = i.id ORDER BY l.id DESC LIMIT 1
         ) d
         WHERE i.route = 'custom' AND i.opened_at IS NOT NULL AND i.told_at IS NULL AND i.ended_at IS NULL
         ORDER BY i.id LIMIT ${TOLD_AT_ONCE} FOR UPDATE OF i SKIP LOCKED`,
      );
      if (untold.length === 0) return 0;
      await sql.affected('UPDATE dispatch.incidents SET told_at = now() WHERE id = ANY ($1::uuid[])', [untold.map(({ id }) => id)]);
      const news = untold.filter(({ isNews }) => isNews);
      for (const { id, code, server, reply, beganAt, waiting, ...about } of news)
        await addToOutbox(sql, {
          ...{ type: 'server_down', ...toTeam(about), incidentId: id, server, since: beganAt.toISOString(), waiting },
          failure: { code, server, reply },
        });
      return news.length;
    });
  }

  /** Returns the incidents of a team: open ones before ended ones, the latest first within each group. */
  async list(teamId: string, limit: number): Promise<IncidentRecord[]> {
    return this.sql.rows(
      `${RECORD} WHERE i.team_id = $1 AND i.opened_at IS NOT NULL ORDER BY (i.ended_at IS NULL) DESC, i.id DESC LIMIT $2`,
      [teamId, limit],
    );
  }

  async find(teamId: string, id: string): Promise<IncidentRecord | null> {
    const [record] = await this.sql.rows<IncidentRecord>(`${RECORD} WHERE i.team_id = $1 AND i.id = $2 AND i.opened_at IS NOT NULL`, [
      teamId,
      id,
    ]);
    return record ?? null;
  }
}
