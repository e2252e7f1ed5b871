// Queries on the dispatcher's tables for retention and erasure.
import { type ClientBase } from 'pg';

export type LegalHold = { teamId: string; reason: string; since: Date };

export async function heldTeams(client: ClientBase): Promise<LegalHold[]> {
  const { rows } = await client.query<LegalHold>(`SELECT team_id AS "teamId", reason, since FROM dispatch.legal_holds ORDER BY team_id`);
  return rows;
}

/**
 * Puts a team under a legal hold: from now on none of its data but daily counts is erased or removed because of its age. A second call
 * changes the reason but not the date.
 */
export async function holdTeam(client: ClientBase, teamId: string, reason: string): Promise<void> {
  await client.query(
    'INSERT INTO dispatch.legal_holds (team_id, reason) VALUES ($1, $2) ON CONFLICT (team_id) DO UPDATE SET reason = excluded.reason',
    [teamId, reason],
  );
}

export async function releaseTeam(client: ClientBase, teamId: string): Promise<{ released: boolean }> {
  const { rowCount } = await client.query('DELETE FROM dispatch.legal_holds WHERE team_id = $1', [teamId]);
  return { released: rowCount === 1 };
}

/** Returns the deliveries to an address that are not settled yet. */
export async function openDeliveriesTo(client: ClientBase, address: string): Promise<{ teamId: string; id: string }[]> {
  const { rows } = await client.query<{ teamId: string; id: string }>(
    `SELECT DISTINCT d.team_id AS "teamId", d.id FROM dispatch.recipients r JOIN dispatch.deliveries d ON d.id = r.delivery_id
     WHERE lower(r.address) = lower($1) AND d.settled_at IS NULL ORDER BY d.id`,
    [address],
  );
  return rows;
}

/**
 * Removes the name that belongs to an address (in lower case), also from the search texts of the log. Removes SMTP transcripts of
 * deliveries to the address as a whole, because they may contain the address in other forms.
 */
export async function forgetName(client: ClientBase, erased: string): Promise<void> {
  await client.query(
    `WITH named AS (
       SELECT delivery_id, position, name FROM dispatch.recipients WHERE lower(address) = $1 AND name IS NOT NULL
     ),
     forgotten AS (
       UPDATE dispatch.recipients r SET name = NULL FROM named n WHERE r.delivery_id = n.delivery_id AND r.position = n.position
     )
     UPDATE dispatch.search_texts s SET text = replace(s.text, lower(n.name COLLATE "und-x-icu"), '') FROM named n WHERE s.delivery_id = n.delivery_id`,
    [erased],
  );
  await client.query(
    `UPDATE dispatch.attempts t SET transcript = NULL
     WHERE t.transcript IS NOT NULL AND t.delivery_id IN (SELECT delivery_id FROM dispatch.recipients WHERE lower(address) = $1)`,
    [erased],
  );
}
