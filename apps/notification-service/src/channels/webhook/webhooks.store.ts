// Stores the webhooks of teams and their keys. Keys are stored sealed; only a new secret is returned in clear, once.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type WebhookInput, type WebhookOffReason, type WebhookView, type WebhookWithSecret } from '@billing-mail/contracts';
import { CredentialBox, type Dated, Sql, webhookKeysContext } from '@billing-mail/platform';
import { newWebhookKeys, shownPublicKey, shownSecret, toText } from './webhook-keys.js';

/** Limit for a team, because each webhook gets each event. */
export const MOST_WEBHOOKS = 5;
/** How long a receiver has to learn of new keys. */
const OLD_KEYS_HOURS = 24;
/** Limit for a webhook, because each old pair of keys adds two signatures to every request. */
const MOST_OLD_KEYS = 3;

type Row = Dated<Omit<WebhookView, 'off'>, 'createdAt' | 'failingSince' | 'rotationEnds'> & {
  offAt: Date | null;
  offReason: WebhookOffReason | null;
};

const VIEW = `
  SELECT w.id, w.url, w.types, k.public_key AS "publicKey", w.created_at AS "createdAt", w.failing_since AS "failingSince",
    w.off_at AS "offAt", w.off_reason AS "offReason",
    (SELECT max(o.ends_at) FROM notify.webhook_keys o WHERE o.webhook_id = w.id AND o.ends_at > now()) AS "rotationEnds"
  FROM notify.webhooks w JOIN notify.webhook_keys k ON k.webhook_id = w.id AND k.ends_at IS NULL
  WHERE w.team_id = $1`;

/** Users who have configured the webhook are alerted about it; services are not, as there is nobody to alert. */
const NOTE_ADMIN = `admins = CASE WHEN $3::text IS NULL OR $3 = ANY (admins) THEN admins ELSE admins || $3::text END`;

@Injectable()
export class WebhooksStore {
  constructor(
    private readonly sql: Sql,
    private readonly box: CredentialBox,
  ) {}

  async list(teamId: string): Promise<WebhookView[]> {
    const rows = await this.sql.rows<Row>(`${VIEW} ORDER BY w.created_at, w.id`, [teamId]);
    return rows.map(toView);
  }

  /** Returns `null` if the team has as many as allowed. */
  async add(teamId: string, { url, types }: WebhookInput, admin: string | null): Promise<WebhookWithSecret | null> {
    const id = randomUUID();
    return this.sql.transaction(async (sql) => {
      // Takes a lock, because two calls at once could both find room.
      await sql.rows(`SELECT pg_advisory_xact_lock(hashtext('notify.webhooks ' || $1))`, [teamId]);
      const added = await sql.rows(
        `INSERT INTO notify.webhooks (id, team_id, url, types, admins)
         SELECT $1::uuid, $2::text, $3::text, $4::text[], array_remove(ARRAY[$5::text], NULL)
         WHERE (SELECT count(*) FROM notify.webhooks WHERE team_id = $2) < $6 RETURNING id`,
        [id, teamId, url, types ?? null, admin, MOST_WEBHOOKS],
      );
      return added.length === 0 ? null : this.withNewKeys(sql, { id, teamId, url });
    });
  }

  async remove(teamId: string, id: string): Promise<boolean> {
    return (await this.sql.affected('DELETE FROM notify.webhooks WHERE team_id = $1 AND id = $2', [teamId, id])) > 0;
  }

  /** Makes new keys. The former ones also sign for another day, unless they are revoked. */
  async rotate(teamId: string, id: string, isRevoked: boolean, admin: string | null): Promise<WebhookWithSecret | null> {
    return this.sql.transaction(async (sql) => {
      const url = await touch(sql, teamId, id, admin);
      if (url === null) return null;
      await sql.affected(
        `UPDATE notify.webhook_keys SET ends_at = now() + make_interval(hours => $2) WHERE webhook_id = $1 AND ends_at IS NULL`,
        [id, OLD_KEYS_HOURS],
      );
      await sql.affected(
        `DELETE FROM notify.webhook_keys WHERE webhook_id = $1 AND ends_at IS NOT NULL AND id NOT IN (
           SELECT id FROM notify.webhook_keys WHERE webhook_id = $1 AND ends_at > now() ORDER BY ends_at DESC LIMIT $2)`,
        [id, isRevoked ? 0 : MOST_OLD_KEYS],
      );
      return this.withNewKeys(sql, { id, teamId, url });
    });
  }

  /** Returns `null` if the webhook does not exist. Messages that it missed are only sent if somebody replays them. */
  async switchOn(teamId: string, id: string, admin: string | null): Promise<WebhookView | null> {
    return this.sql.transaction(async (sql) => {
      if ((await touch(sql, teamId, id, admin)) === null) return null;
      await sql.affected(
        'UPDATE notify.webhooks SET off_at = NULL, off_reason = NULL, failing_since = NULL WHERE id = $1 AND off_at IS NOT NULL',
        [id],
      );
      return viewOf(sql, teamId, id);
    });
  }

  private async withNewKeys(sql: Sql, { id, teamId, url }: { id: string; teamId: string; url: string }): Promise<WebhookWithSecret> {
    const keys = newWebhookKeys();
    await sql.rows('INSERT INTO notify.webhook_keys (id, webhook_id, public_key, sealed) VALUES ($1, $2, $3, $4)', [
      ...[randomUUID(), id, shownPublicKey(keys)],
      this.box.seal(toText(keys), webhookKeysContext(teamId, id, url)),
    ]);
    return { ...(await viewOf(sql, teamId, id)), secret: shownSecret(keys) };
  }
}

/** Locks the webhook before its other rows, as settling a try does. Returns its URL, or `null` if it does not exist. */
async function touch(sql: Sql, teamId: string, id: string, admin: string | null): Promise<string | null> {
  const [row] = await sql.rows<{ url: string }>(`UPDATE notify.webhooks SET ${NOTE_ADMIN} WHERE team_id = $1 AND id = $2 RETURNING url`, [
    ...[teamId, id, admin],
  ]);
  return row?.url ?? null;
}

async function viewOf(sql: Sql, teamId: string, id: string): Promise<WebhookView> {
  const [row] = await sql.rows<Row>(`${VIEW} AND w.id = $2`, [teamId, id]);
  if (row === undefined) throw new Error(`Webhook ${id} has no keys.`);
  return toView(row);
}

const toView = ({ offAt, offReason, createdAt, failingSince, rotationEnds, ...row }: Row): WebhookView => ({
  ...row,
  createdAt: createdAt.toISOString(),
  failingSince: failingSince?.toISOString() ?? null,
  off: offAt === null || offReason === null ? null : { since: offAt.toISOString(), reason: offReason },
  rotationEnds: rotationEnds?.toISOString() ?? null,
});
