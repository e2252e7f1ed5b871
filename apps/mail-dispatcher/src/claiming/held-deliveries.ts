// Holds open deliveries back after a restore. A backup does not know what was sent after it was made, so no delivery that was open in it
// goes out until the operator says so.
import { type ClientBase } from 'pg';
import { noteDueLanes } from '../records/lanes.js';

export type HeldOfTeam = { teamId: string; deliveries: number };

const HELD = `settled_at IS NULL AND due_when_resumed IS NOT NULL`;

/**
 * Holds all open deliveries: nothing makes them due, but they can be cancelled. Logs a doubt for each of their open recipients: such a
 * recipient never changes route, and if the server accepts the message later, the user is told that a second copy may have arrived. Returns
 * the numbers of held deliveries by team.
 */
export async function holdOpenDeliveries(client: ClientBase): Promise<HeldOfTeam[]> {
  await client.query(
    `WITH open AS MATERIALIZED (
       SELECT id FROM dispatch.deliveries WHERE settled_at IS NULL AND due_when_resumed IS NULL ORDER BY id FOR UPDATE
     ),
     -- an end of data without an answer is a doubt already, and becomes one when the delivery is claimed
     doubted AS (
       UPDATE dispatch.recipients r SET uncertain_ends = r.uncertain_ends + 1, reason = 'restored_from_backup' FROM open
       WHERE r.delivery_id = open.id AND r.status = 'pending'
         AND NOT EXISTS (SELECT FROM dispatch.attempts t WHERE t.delivery_id = open.id AND t.outcome IS NULL AND r.position = ANY (t.released))
     )
     UPDATE dispatch.deliveries d
     SET due_when_resumed = CASE WHEN d.claim_id IS NULL THEN d.due_at ELSE now() END, due_at = NULL, claim_id = NULL, claimed_by = NULL,
         revision = d.revision + 1, failure = '{"code": "restored_from_backup", "server": null, "reply": null}',
         status = CASE WHEN d.status <> 'sending' THEN d.status WHEN d.custom_tries + d.platform_tries = 0 THEN 'queued' ELSE 'waiting' END
     FROM open WHERE d.id = open.id`,
  );
  return heldDeliveries(client);
}

export async function heldDeliveries(client: ClientBase): Promise<HeldOfTeam[]> {
  const { rows } = await client.query<HeldOfTeam>(
    `SELECT team_id AS "teamId", count(*)::int AS deliveries FROM dispatch.deliveries WHERE ${HELD} GROUP BY team_id ORDER BY team_id`,
  );
  return rows;
}

/** Releases the held deliveries: they are due at their planned time, or now if that has passed. Returns how many. */
export async function resumeHeldDeliveries(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `WITH resumed AS (
       UPDATE dispatch.deliveries SET due_at = greatest(due_when_resumed, now()), due_when_resumed = NULL, failure = NULL WHERE ${HELD}
       RETURNING lane, due_at
     ),
     due AS (${noteDueLanes('resumed')})
     SELECT count(*)::int AS count FROM resumed`,
  );
  return rows[0]?.count ?? 0;
}
