// What a caller may see of the notifications, and what they have read. All reading goes through one query, so that list and stream agree.
import { Injectable } from '@nestjs/common';
import { type Locale, type NotificationType, type NotificationView } from '@billing-mail/contracts';
import { type Caller } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { type AlertParams } from './alert-table.js';
import { type EmailTrouble } from './wording/catalogue.js';
import { renderAlert } from './wording/render-alert.js';

/** Who reads, and in which language where the request says so; otherwise in the one that the reader is known by. */
export type Reader = { caller: Caller; locale: Locale | null };

/** A notification and its place in the stream. */
export type Placed = { position: number; view: NotificationView };

type Row = {
  id: string;
  teamId: string;
  type: NotificationType;
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

/** A user who switched the inbox off sees nothing, and nobody a type that they muted there. */
const IS_SHOWN = `coalesce(p.inbox_channel AND NOT n.type = ANY (p.muted_inbox), true)`;

/**
 * $1 user, $2 teams of the token or null for an internal service, which has only what is addressed to itself. What belongs to no team (a job whose team could not be read) is seen by whom it is addressed to. Language: the user's choice, what events told of the user, the team's, English.
 */
const ADDRESSED = `
  FROM notify.notifications n
  LEFT JOIN notify.notification_reads r ON r.notification_id = n.id AND r.user_id = $1
  LEFT JOIN notify.preferences p ON p.user_id = $1
  LEFT JOIN notify.contacts c ON c.team_id = n.team_id AND c.user_id = $1
  LEFT JOIN notify.teams t ON t.team_id = n.team_id
  LEFT JOIN notify.email_outbox o ON o.notification_id = n.id
  WHERE (n.user_id = $1 OR (n.user_id IS NULL AND $2::text[] IS NOT NULL))
    AND ($2::text[] IS NULL OR n.team_id = ANY ($2) OR (n.team_id = '' AND n.user_id = $1))`;
const VISIBLE = `${ADDRESSED} AND ${IS_SHOWN}`;
const COLUMNS = `
  n.id, n.team_id AS "teamId", n.type, n.severity, n.params, n.delivery_id AS "deliveryId", n.document_id AS "documentId",
  n.count, n.position, n.created_at AS "createdAt", CASE WHEN r.read_position >= n.position THEN r.read_at END AS "readAt",
  coalesce(p.locale, c.locale, t.locale, 'en') AS locale,
  CASE WHEN o.status IN ('no_such_address', 'gave_up', 'uncertain') THEN o.status
       WHEN o.status = 'waiting' AND o.failing_since IS NOT NULL THEN CASE WHEN o.doubts > 0 THEN 'uncertain' ELSE 'waiting' END
  END AS "emailTrouble"`;
const IS_UNREAD = `(r.read_position IS NULL OR r.read_position < n.position)`;

/**
 * Of this team, and behind that place: as a pair, which only the index of user, team and place can look up. By the place alone PostgreSQL went
 * through all notifications that there are, where it took nearly all of them for this user's.
 */
const behind = (of: string): string =>
  `${of}.team_id <= teams.team_id AND (${of}.team_id, ${of}.position) > (teams.team_id, teams.read_until)`;

/**
 * The same as VISIBLE, but for a user who is in teams, and only of what lies behind the place up to which all was read: of these each is
 * looked up by itself, as a join reads all that the user ever read.
 */
export const UNREAD_OF_USER = `
  WITH teams AS (
    SELECT t.team_id, coalesce(u.position, 0) AS read_until
    FROM unnest(array_remove($2::text[], '') || ''::text) AS t (team_id)
    LEFT JOIN notify.read_until u ON u.user_id = $1 AND u.team_id = t.team_id
  )
  SELECT count(*)::int AS count
  FROM teams CROSS JOIN LATERAL (
    SELECT own.id, own.position, own.type FROM notify.notifications own
    WHERE own.user_id = $1 AND ${behind('own')}
    UNION ALL
    SELECT shared.id, shared.position, shared.type FROM notify.notifications shared
    WHERE shared.user_id IS NULL AND teams.team_id <> '' AND ${behind('shared')}
  ) n
  LEFT JOIN notify.preferences p ON p.user_id = $1
  WHERE ${IS_SHOWN} AND n.position > coalesce(
    (SELECT r.read_position FROM notify.notification_reads r WHERE r.notification_id = n.id AND r.user_id = $1), -1)`;

/**
 * Places in the stream come in the order in which they are committed, so nothing unread is ever added before one of them. What is not shown counts
 * as well: the user may choose to see it again.
 */
const MOVE_READ_UNTIL = `
  INSERT INTO notify.read_until AS kept (user_id, team_id, position)
  SELECT $1, seen.team_id, coalesce(min(seen.position) FILTER (WHERE seen.unread) - 1, max(seen.position))
  FROM (
    SELECT n.team_id, n.position, ${IS_UNREAD} AS unread ${ADDRESSED}
      AND n.position > coalesce((SELECT u.position FROM notify.read_until u WHERE u.user_id = $1 AND u.team_id = n.team_id), 0)
  ) seen
  GROUP BY seen.team_id ORDER BY seen.team_id
  ON CONFLICT (user_id, team_id) DO UPDATE SET position = excluded.position WHERE kept.position < excluded.position`;

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
      caller.isService ? `SELECT count(*)::int AS count ${VISIBLE} AND ${IS_UNREAD}` : UNREAD_OF_USER,
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
    // A service sees less than a user of that name may see.
    if (!caller.isService) await this.database.query(MOVE_READ_UNTIL, visibleTo(caller));
  }
}

const visibleTo = (caller: Caller): [string, string[] | null] => [caller.userId, caller.isService ? null : caller.teamIds];

function toPlaced(row: Row, wanted: Locale | null): Placed {
  const { params, position, locale, createdAt, readAt, emailTrouble, ...rest } = row;
  return {
    position: Number(position),
    view: {
      ...rest,
      incidentId: params.kind === 'server_down' ? (params.incidentId ?? null) : null,
      ...renderAlert(params, row.count, wanted ?? locale, emailTrouble),
      createdAt: createdAt.toISOString(),
      readAt: readAt?.toISOString() ?? null,
    },
  };
}
