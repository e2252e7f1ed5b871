import { Injectable } from '@nestjs/common';
import { type Digest, type Locale, type NotificationType, type Preferences, type PreferencesView } from '@billing-mail/contracts';
import { type Caller } from '@billing-mail/platform';
import { DataSource } from 'typeorm';

type Row = {
  email: string | null;
  emailConfirmed: boolean;
  locale: Locale;
  emailChannel: boolean;
  inboxChannel: boolean;
  mutedEmail: NotificationType[];
  mutedInbox: NotificationType[];
  digest: Digest;
};

/** Stores what users have chosen. Until they choose, what the directory and events say about them counts. */
@Injectable()
export class PreferencesStore {
  constructor(private readonly database: DataSource) {}

  /** Returns the caller's preferences. Of what events said about the caller, only the latest for a team in the token counts. */
  async read(caller: Caller): Promise<PreferencesView> {
    const [row] = await this.database.query<Row[]>(
      `SELECT CASE WHEN p.user_id IS NULL THEN coalesce(d.email, c.email) ELSE p.email END AS email,
              p.user_id IS NULL OR p.email IS NULL OR p.email IS NOT DISTINCT FROM p.confirmed_email OR p.email IS NOT DISTINCT FROM coalesce(d.email, c.email)
                AS "emailConfirmed",
              coalesce(p.locale, c.locale, t.locale, 'en') AS locale,
              coalesce(p.email_channel, true) AS "emailChannel",
              coalesce(p.inbox_channel, true) AS "inboxChannel",
              coalesce(p.muted_email, '{}') AS "mutedEmail",
              coalesce(p.muted_inbox, '{}') AS "mutedInbox",
              coalesce(p.digest, 'none') AS digest
       FROM (SELECT) one_row
       LEFT JOIN notify.preferences p ON p.user_id = $1
       LEFT JOIN notify.people d ON d.user_id = $1
       LEFT JOIN LATERAL (SELECT * FROM notify.contacts WHERE user_id = $1 AND ($2::text[] IS NULL OR team_id = ANY ($2))
                          ORDER BY learned_at DESC LIMIT 1) c ON true
       LEFT JOIN LATERAL (SELECT * FROM notify.teams WHERE team_id = ANY ($2) ORDER BY learned_at DESC LIMIT 1) t ON true`,
      [caller.userId, caller.isService ? null : caller.teamIds],
    );
    if (row === undefined) throw new Error('A join with one row on its left has one row.');
    return {
      email: row.email,
      emailConfirmed: row.emailConfirmed,
      locale: row.locale,
      channels: { email: row.emailChannel, inbox: row.inboxChannel },
      muted: { email: row.mutedEmail, inbox: row.mutedInbox },
      digest: row.digest,
    };
  }

  async replace(userId: string, { email, locale, channels, muted, digest }: Preferences): Promise<void> {
    await this.database.query(
      `INSERT INTO notify.preferences (user_id, email, locale, email_channel, inbox_channel, muted_email, muted_inbox, digest)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (user_id) DO UPDATE
       SET email = excluded.email, locale = excluded.locale, email_channel = excluded.email_channel,
           inbox_channel = excluded.inbox_channel, muted_email = excluded.muted_email, muted_inbox = excluded.muted_inbox,
           digest = excluded.digest, updated_at = now(),
           confirmed_email = CASE WHEN excluded.email IS NOT NULL THEN preferences.confirmed_email END`,
      [userId, email, locale, channels.email, channels.inbox, muted.email, muted.inbox, digest],
    );
  }
}
