// The webhooks of teams and their keys, which leave here sealed or, when they are new, once.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type WebhookEventType,
  type WebhookInput,
  type WebhookOffReason,
  type WebhookView,
  type WebhookWithSecret,
} from '@billing-mail/contracts';
import { CredentialBox, inTransaction, Sql, webhookKeysContext } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { newWebhookKeys, shownPublicKey, shownSecret, toText } from './webhook-keys.js';

/** Each event goes to each of them. */
export const MOST_WEBHOOKS = 5;
/** As long as a receiver has to learn of new keys. */
const OLD_KEYS_HOURS = 24;
/** Each adds two signatures to every request. */
const MOST_OLD_KEYS = 3;

type Row = {
  id: string;
  url: string;
  types: WebhookEventType[] | null;
  publicKey: string;
  createdAt: Date;
  failingSince: Date | null;
  offAt: Date | null;
  offReason: WebhookOffReason | null;
  rotationEnds: Date | null;
};

const VIEW = `
  SELECT w.id, w.url, w.types, k.public_key AS "publicKey", w.created_at AS "createdAt", w.failing_since AS "failingSince",
    w.off_at AS "offAt", w.off_reason AS "offReason",
    (SELECT max(o.ends_at) FROM notify.webhook_keys o WHERE o.webhook_id = w.id AND o.ends_at > now()) AS "rotationEnds"
  FROM notify.webhooks w JOIN notify.webhook_keys k ON k.webhook_id = w.id AND k.ends_at IS NULL
  WHERE w.team_id = $1`;

/** Who worked on it last is told of it from then on; a service is nobody to be told. */
const NOTE_ADMIN = `admins = CASE WHEN $3::text IS NULL OR $3 = ANY (admins) THEN admins ELSE admins || $3::text END`;

@Injectable()
export class WebhooksStore {
  constructor(
    private readonly database: DataSource,
    private readonly box: CredentialBox,
  ) {}

  async list(teamId: string): Promise<WebhookView[]> {
    const rows = await new Sql(this.database).rows<Row>(`${VIEW} ORDER BY w.created_at, w.id`, [teamId]);
    return rows.map(toView);
  }

  /** `null` when there are too many. */
  async add(teamId: string, { url, types }: WebhookInput, admin: string | null): Promise<WebhookWithSecret | null> {
    const id = randomUUID();
    return inTransaction(this.database, async (sql) => {
      // Two at once would each find room.
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
    return (await new Sql(this.database).affected('DELETE FROM notify.webhooks WHERE team_id = $1 AND id = $2', [teamId, id])) > 0;
  }

  /** New keys; those before sign for another day besides, unless they are revoked. */
  async rotate(teamId: string, id: string, isRevoked: boolean, admin: string | null): Promise<WebhookWithSecret | null> {
    return inTransaction(this.database, async (sql) => {
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

  /** `null` when it is not there. What it missed stays so until somebody replays it. */
  async switchOn(teamId: string, id: string, admin: string | null): Promise<WebhookView | null> {
    return inTransaction(this.database, async (sql) => {
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

/** Locks it, before anything else of it is: whoever settles a try does the same. */
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
