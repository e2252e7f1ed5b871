import { CLERK, type Database } from '@billing-mail/tools/stage';
import { type DeliveryFacts, type Telling } from './judge.js';

/**
 * SQL condition on an outcome `o` in the outbox: somebody must be told of it, and nobody has acted on it yet. Acknowledged
 * outcomes are no longer in the outbox.
 */
export const IS_UNTOLD = `
  (o.payload ->> 'type' <> 'delivery_settled' OR o.payload -> 'delivery' ->> 'status' <> 'sent' OR (o.payload -> 'delivery' ->> 'usedFallback')::boolean)
  AND NOT EXISTS (SELECT FROM notify.processed_events p WHERE p.event_id = o.id)`;

/** Reads the deliveries of these teams from PostgreSQL. */
export function readDeliveries(database: Database, teamIds: readonly string[]): Promise<DeliveryFacts[]> {
  return database.rows<DeliveryFacts>(
    `WITH untold AS (
       SELECT o.payload -> 'delivery' ->> 'id' AS delivery_id, count(*)::int AS events
       FROM dispatch.outbox o WHERE o.payload ->> 'teamId' = ANY($1) AND ${IS_UNTOLD} GROUP BY 1
     )
     SELECT d.key, d.team_id AS "teamId", d.status, d.failure, d.used_fallback AS "usedFallback",
            ARRAY(SELECT value FROM jsonb_each_text(d.message_ids)) AS "messageIds",
            s.sender = 'platform' OR s.fallback AS "mayUsePlatform",
            (SELECT json_agg(json_build_object('address', r.address, 'status', r.status, 'uncertainEnds', r.uncertain_ends,
                                               'reason', r.reason, 'reply', r.reply) ORDER BY r.position)
             FROM dispatch.recipients r WHERE r.delivery_id = d.id) AS recipients,
            coalesce((SELECT json_agg(json_build_object('route', a.route, 'outcome', a.outcome, 'stage', a.stage,
                                                        'reason', a.reason, 'code', a.code, 'reply', a.reply) ORDER BY a.number)
             FROM dispatch.attempts a WHERE a.delivery_id = d.id), '[]') AS attempts,
            coalesce(untold.events, 0) AS untold
     FROM dispatch.deliveries d
     JOIN settings.team_email_delivery s ON s.team_id = d.team_id
     LEFT JOIN untold ON untold.delivery_id = d.id::text
     WHERE d.team_id = ANY($1)`,
    [teamIds],
  );
}

/**
 * Reads, for each of these teams, how many deliveries the clerk should have been told of, and how many the clerk was told of. A
 * notification about a server's trouble counts the documents that failed there.
 */
export function readTellings(database: Database, teamIds: readonly string[]): Promise<Telling[]> {
  return database.rows<Telling>(
    `SELECT team_id AS "teamId",
            (SELECT count(*) FROM dispatch.deliveries d
             WHERE d.team_id = t.team_id AND d.settled_at IS NOT NULL AND (d.status <> 'sent' OR d.used_fallback))::int AS due,
            (SELECT count(*) FROM dispatch.deliveries d
             WHERE d.team_id = t.team_id AND d.status = 'sent' AND NOT d.used_fallback
               AND EXISTS (SELECT FROM dispatch.recipients r WHERE r.delivery_id = d.id AND r.uncertain_ends > 0))::int AS doubted,
            (SELECT coalesce(sum(CASE WHEN n.type LIKE 'delivery%' THEN n.count ELSE
               coalesce((n.params ->> 'failed')::int, 0) + coalesce((n.params ->> 'fellBack')::int, 0) END), 0) FROM notify.notifications n
             WHERE n.team_id = t.team_id AND n.user_id = $2 AND (n.type LIKE 'delivery%' OR n.type = 'smtp_server_down')
               -- A doubt that is told while others are still tried is told besides the end.
               AND n.params ->> 'status' IS DISTINCT FROM 'waiting')::int AS told
     FROM unnest($1::text[]) AS t (team_id)`,
    [teamIds, CLERK],
  );
}
