// The notifications that a caller may see, and which of them are read. List and stream use the same query, so that they agree.
import { Injectable } from '@nestjs/common';
import { type Locale, type NotificationView } from '@billing-mail/contracts';
import { type Caller, type Dated } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { type EmailTrouble } from '../words/alert-parts.js';
import { type AlertParams } from './alert-table.js';
import { renderAlert } from './wording/render-alert.js';

/** The reader, and the language and time zone of the texts. The language `null`: the one that is known for the reader. */
export type Reader = { caller: Caller; locale: Locale | null; timeZone: string };

/** A notification with its position in the stream. */
export type Placed = { position: number; view: NotificationView };

type Row = Dated<Omit<NotificationView, 'incidentId' | 'title' | 'body'>, 'createdAt' | 'readAt'> & {
  params: AlertParams;
  position: string;
  locale: Locale;
  emailTrouble: EmailTrouble | null;
};

/** Hides everything from a user who has switched the inbox off, and the types that the user has muted. */
const IS_SHOWN = `coalesce(p.inbox_channel AND NOT n.type = ANY (p.muted_inbox), true)`;

/**
 * Notifications addressed to user $1. $2: the teams of the token; `null` for an internal service, which only sees what is addressed to
 * itself. The addressee also sees a notification without a team (about a job whose team could not be read). Language: the user's choice, or
 * else the one that events state for the user, or else the team's, or else English.
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
 * Selects the team's notifications after the position up to which everything is read. Comparing pairs lets PostgreSQL use the index on
 * user, team and position. With the position alone it read all notifications whenever it expected nearly all of them to be this user's.
 */
const behind = (of: string): string =>
  `${of}.team_id <= teams.team_id AND (${of}.team_id, ${of}.position) > (teams.team_id, teams.read_until)`;

/**
 * Counts unread notifications. Selects like VISIBLE, but for a user with teams, and only after the position up to which everything is read.
 * Looks up the read mark of each notification separately, because a join would read the marks of everything that the user ever read.
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
 * Moves the position up to which everything is read. Positions are assigned in the order of commits, so no unread notification is ever
 * added before it. Hidden notifications count too, because the user may show them again.
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

  /** Returns notifications, newest first. A notification that was counted up is new again. */
  async list(reader: Reader, query: { unreadOnly: boolean; before: number | null; limit: number }): Promise<Placed[]> {
    const rows = await this.database.query<Row[]>(
      `SELECT ${COLUMNS} ${VISIBLE} AND (NOT $3 OR ${IS_UNREAD}) AND n.position < coalesce($4, n.position + 1)
       ORDER BY n.position DESC LIMIT $5`,
      [...visibleTo(reader.caller), query.unreadOnly, query.before, query.limit],
    );
    return rows.map((row) => toPlaced(row, reader));
  }

  /** Returns the notifications that were created or counted up after a position in the stream, in the order of their positions. */
  async after(reader: Reader, position: number, limit: number): Promise<Placed[]> {
    const rows = await this.database.query<Row[]>(`SELECT ${COLUMNS} ${VISIBLE} AND n.position > $3 ORDER BY n.position LIMIT $4`, [
      ...visibleTo(reader.caller),
      position,
      limit,
    ]);
    return rows.map((row) => toPlaced(row, reader));
  }

  async countUnread(caller: Caller): Promise<number> {
    const [row] = await this.database.query<{ count: number }[]>(
      caller.isService ? `SELECT count(*)::int AS count ${VISIBLE} AND ${IS_UNREAD}` : UNREAD_OF_USER,
      visibleTo(caller),
    );
    return row?.count ?? 0;
  }

  /** Returns the notification as it is after reading; `null` if the caller has no such notification. */
  async markRead(reader: Reader, id: string): Promise<NotificationView | null> {
    await this.mark(reader.caller, [id]);
    const [row] = await this.database.query<Row[]>(`SELECT ${COLUMNS} ${VISIBLE} AND n.id = $3`, [...visibleTo(reader.caller), id]);
    return row === undefined ? null : toPlaced(row, reader).view;
  }

  async markAllRead(caller: Caller): Promise<void> {
    await this.mark(caller, null);
  }

  // Reading a notification again keeps the first time, unless it was counted up in between.
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
    // Not for a service, because it sees less than a user of the same id.
    if (!caller.isService) await this.database.query(MOVE_READ_UNTIL, visibleTo(caller));
  }
}

const visibleTo = (caller: Caller): [string, string[] | null] => [caller.userId, caller.isService ? null : caller.teamIds];

function toPlaced(row: Row, reader: Reader): Placed {
  const { params, position, locale, createdAt, readAt, emailTrouble, ...rest } = row;
  return {
    position: Number(position),
    view: {
      ...rest,
      incidentId: params.kind === 'server_down' ? (params.incidentId ?? null) : null,
      ...renderAlert(params, row.count, reader.locale ?? locale, emailTrouble, reader.timeZone),
      createdAt: createdAt.toISOString(),
      readAt: readAt?.toISOString() ?? null,
    },
  };
}
