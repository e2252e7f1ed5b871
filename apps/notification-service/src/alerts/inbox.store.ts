// What a caller may see of the notifications, and what they have read. All reading goes through one query, so that list and stream agree.
import { Injectable } from '@nestjs/common';
import { type Locale, type NotificationView } from '@billing-mail/contracts';
import { type Caller } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { type AlertParams, type AlertType } from './alert.js';
import { type EmailTrouble } from './wording/catalogue.js';
import { renderAlert } from './wording/render-alert.js';

/** Who reads, and in which language where the request says so; otherwise in the one that the reader is known by. */
export type Reader = { caller: Caller; locale: Locale | null };

/** A notification and its place in the stream. */
export type Placed = { position: number; view: NotificationView };

type Row = {
  id: string;
  teamId: string;
  type: AlertType;
  severity: NotificationView['severity'];
  params: AlertParams;
  deliveryId: string | null;
  documentId: string | null;
  count: number;
  position: string;
  createdAt: Date;
  readAt: Date | null;
  locale: Locale;
  emailTrouble: EmailTrouble | null;
};

/**
 * $1 user, $2 teams of the token or null for an internal service, which has only what is addressed to itself. A user who switched
 * the inbox off sees nothing. What belongs to no team (a job whose team could not be read) is seen by whom it is addressed to. Language: the user's choice, what events told of the user, the team's, English.
 */
const VISIBLE = `
  FROM notify.notifications n
  LEFT JOIN notify.notification_reads r ON r.notification_id = n.id AND r.user_id = $1
  LEFT JOIN notify.preferences p ON p.user_id = $1
  LEFT JOIN notify.contacts c ON c.team_id = n.team_id AND c.user_id = $1
  LEFT JOIN notify.teams t ON t.team_id = n.team_id
  LEFT JOIN notify.email_outbox o ON o.notification_id = n.id
  WHERE (n.user_id = $1 OR (n.user_id IS NULL AND $2::text[] IS NOT NULL))
    AND ($2::text[] IS NULL OR n.team_id = ANY ($2) OR (n.team_id = '' AND n.user_id = $1))
    AND coalesce(p.inbox_channel, true)`;
const COLUMNS = `
  n.id, n.team_id AS "teamId", n.type, n.severity, n.params, n.delivery_id AS "deliveryId", n.document_id AS "documentId",
  n.count, n.position, n.created_at AS "createdAt", CASE WHEN r.read_position >= n.position THEN r.read_at END AS "readAt",
  coalesce(p.locale, c.locale, t.locale, 'en') AS locale,
  CASE WHEN o.status IN ('no_such_address', 'gave_up', 'uncertain') THEN o.status
       WHEN o.status = 'waiting' AND o.failing_since IS NOT NULL THEN CASE WHEN o.doubts > 0 THEN 'uncertain' ELSE 'waiting' END
  END AS "emailTrouble"`;
const IS_UNREAD = `(r.read_position IS NULL OR r.read_position < n.position)`;

@Injectable()
export class InboxStore {
  constructor(private readonly database: DataSource) {}

  /** Newest first; one that was counted up is new again. */
  async list({ caller, locale }: Reader, query: { unreadOnly: boolean; before: number | null; limit: number }): Promise<Placed[]> {
    const rows = await this.database.query<Row[]>(
      `SELECT ${COLUMNS} ${VISIBLE} AND (NOT $3 OR ${IS_UNREAD}) AND n.position < coalesce($4, n.position + 1)
       ORDER BY n.position DESC LIMIT $5`,
      [...visibleTo(caller), query.unreadOnly, query.before, query.limit],
    );
    return rows.map((row) => toPlaced(row, locale));
  }

  /** What came or was counted up after a place in the stream, in that order. */
  async after({ caller, locale }: Reader, position: number, limit: number): Promise<Placed[]> {
    const rows = await this.database.query<Row[]>(`SELECT ${COLUMNS} ${VISIBLE} AND n.position > $3 ORDER BY n.position LIMIT $4`, [
      ...visibleTo(caller),
      position,
      limit,
    ]);
    return rows.map((row) => toPlaced(row, locale));
  }

  async countUnread(caller: Caller): Promise<number> {
    const [row] = await this.database.query<{ count: number }[]>(
      `SELECT count(*)::int AS count ${VISIBLE} AND ${IS_UNREAD}`,
      visibleTo(caller),
    );
    return row?.count ?? 0;
  }

  /** The notification as it is after reading it, or `null` when there is none for the caller. */
  async markRead({ caller, locale }: Reader, id: string): Promise<NotificationView | null> {
    await this.mark(caller, [id]);
    const [row] = await this.database.query<Row[]>(`SELECT ${COLUMNS} ${VISIBLE} AND n.id = $3`, [...visibleTo(caller), id]);
    return row === undefined ? null : toPlaced(row, locale).view;
  }

  async markAllRead(caller: Caller): Promise<void> {
    await this.mark(caller, null);
  }

  // Reading again keeps the first time, unless it was counted up in between.
  private async mark(caller: Caller, ids: string[] | null): Promise<void> {
    await this.database.query(
      `INSERT INTO notify.notification_reads AS seen (notification_id, user_id, read_position)
       SELECT n.id, $1, n.position ${VISIBLE} AND ${IS_UNREAD} AND ($3::uuid[] IS NULL OR n.id = ANY ($3))
       ORDER BY n.id
       ON CONFLICT (notification_id, user_id) DO UPDATE
       SET read_position = excluded.read_position, read_at = excluded.read_at
       WHERE seen.read_position < excluded.read_position`,
      [...visibleTo(caller), ids],
    );
  }
}

const visibleTo = (caller: Caller): [string, string[] | null] => [caller.userId, caller.isService ? null : caller.teamIds];

function toPlaced(row: Row, wanted: Locale | null): Placed {
  const { params, position, locale, createdAt, readAt, emailTrouble, ...rest } = row;
  return {
    position: Number(position),
    view: {
      ...rest,
      ...renderAlert(params, row.count, wanted ?? locale, emailTrouble),
      createdAt: createdAt.toISOString(),
      readAt: readAt?.toISOString() ?? null,
    },
  };
}
