// Seals the keys of all webhooks with the first key, and then checks whether any still needs another key.
import { CredentialBox, orNullIfSealed, type SecretKey, Sql, webhookKeysContext } from '@billing-mail/platform';
import { type DataSource } from 'typeorm';

/** `left`: teams with keys that the first key does not open. If it is empty, the other keys can be removed. */
export type ResealedWebhooks = { keys: number; moved: number; left: string[] };

type Row = { id: string; teamId: string; webhookId: string; url: string; sealed: string };

/**
 * Seals the keys with the first key. May run while services run, and several times at once: a seal is replaced only if it is still the one
 * that was read. Reads all rows at once, because a team has few webhooks.
 */
export async function resealWebhookKeys(source: DataSource, secretKeys: readonly SecretKey[]): Promise<ResealedWebhooks> {
  const sql = new Sql(source);
  const box = new CredentialBox(secretKeys);
  let moved = 0;
  for (const row of await readAll(sql)) {
    const resealed = box.isOutdated(row.sealed) ? orNullIfSealed(() => box.reseal(row.sealed, contextOf(row))) : null;
    if (resealed === null) continue;
    moved += await sql.affected('UPDATE notify.webhook_keys SET sealed = $3 WHERE id = $1 AND sealed = $2', [row.id, row.sealed, resealed]);
  }
  // Reads the table again with only the first key: a seal that it opens needs no other key.
  const firstKey = new CredentialBox(secretKeys.slice(0, 1));
  const rows = await readAll(sql);
  const left = rows.filter((row) => orNullIfSealed(() => firstKey.open(row.sealed, contextOf(row))) === null);
  return { keys: rows.length, moved, left: [...new Set(left.map(({ teamId }) => teamId))] };
}

const readAll = (sql: Sql): Promise<Row[]> =>
  sql.rows<Row>(
    `SELECT k.id, w.team_id AS "teamId", w.id AS "webhookId", w.url, k.sealed
     FROM notify.webhook_keys k JOIN notify.webhooks w ON w.id = k.webhook_id ORDER BY w.team_id, k.id`,
  );

const contextOf = ({ teamId, webhookId, url }: Row) => webhookKeysContext(teamId, webhookId, url);
