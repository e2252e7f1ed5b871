// Statement 2, released: under the claim, one conditional statement commits the try and to which recipients the end of data goes out. It
// stops a worker that has lost its claim, and shows after a crash who may have the message.
import { type Route } from '@billing-mail/contracts';
import { type Sql } from '@billing-mail/platform';
import { type MessageFacts } from './rows.js';

export type Release = {
  id: string;
  claimId: string;
  /** The revision that the worker knows. It has grown if a recipient was cancelled or accepted meanwhile. */
  revision: number;
  attempt: { id: string; number: number; route: Route; server: string; sinceMs: number; message: MessageFacts };
  /** The recipients that the server has accepted; all of them are still pending. */
  positions: readonly number[];
};

const STATEMENT = `
  WITH asked AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS a (
      id uuid, "claimId" uuid, revision int, positions int[], "attemptId" uuid, number int, route text, server text, "sinceMs" int,
      sha256 text, size bigint, signed boolean)
    ORDER BY id LIMIT $2
  ),
  held AS MATERIALIZED (
    SELECT a.* FROM asked a CROSS JOIN LATERAL (
      SELECT FROM dispatch.deliveries d
      WHERE d.id = a.id AND d.claim_id = a."claimId" AND d.revision = a.revision AND d.due_at > now() AND d.settled_at IS NULL
      FOR NO KEY UPDATE
    ) held
  )
  INSERT INTO dispatch.attempts AS known (id, delivery_id, number, route, claim_id, server, started_at, released, message_sha256, message_size, signed)
  SELECT a."attemptId", a.id, a.number, a.route, a."claimId", a.server, now() - a."sinceMs" * interval '1 millisecond', a.positions, a.sha256, a.size, a.signed
  FROM held a
  ON CONFLICT (id) DO UPDATE SET released = excluded.released
  RETURNING delivery_id AS id`;

/** Returns for each release whether the end of data may go out. */
export async function releaseEndsOfData(sql: Sql, releases: readonly Release[]): Promise<boolean[]> {
  const members = releases.map(({ id, claimId, revision, positions, attempt: { id: attemptId, message, ...attempt } }) => ({
    ...{ id, claimId, revision, positions, attemptId },
    ...attempt,
    ...message,
  }));
  const rows = await sql.prepared<{ id: string }>(STATEMENT, [JSON.stringify(members), members.length]);
  const released = new Set(rows.map(({ id }) => id));
  return releases.map(({ id }) => released.has(id));
}
