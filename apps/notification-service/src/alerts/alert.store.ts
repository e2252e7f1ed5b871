// Writes alerts as notifications, one for each who is to hear it. The same trouble is counted on the notification that is there.
import { Injectable } from '@nestjs/common';
import { type Severity } from '@billing-mail/contracts';
import { type EntityManager } from 'typeorm';
import { type Alert, type AlertParams, type AlertType, teamMailbox } from './alert.js';

/** A notification that was made or counted up in this transaction. `userId` null: everybody in the team. */
export type RaisedAlert = { notificationId: string; userId: string | null; count: number };

/** A group that somebody has read takes no more after this long, so that new trouble of an old kind is new. */
export const GROUP_HOURS = 24;

/** A row as the table has it; PostgreSQL takes them as one JSON text. */
type Notice = {
  team_id: string;
  user_id: string | null;
  type: AlertType;
  severity: Severity;
  params: AlertParams;
  delivery_id: string | null;
  document_id: string | null;
  open_group: string;
  count: number;
};

@Injectable()
export class AlertStore {
  /** Runs inside the caller's transaction; three statements, however many alerts. */
  async raise(tx: EntityManager, alerts: readonly Alert[]): Promise<RaisedAlert[]> {
    const withAddress = await teamsWithAddress(tx, alerts);
    const counted = countTogether(alerts.flatMap((alert) => toNotices(alert, withAddress.has(alert.teamId))));
    // Written in one order for all, so that two groups never wait for each other crosswise; told in the order in which it happened.
    const inOrder = [...counted.keys()].sort();
    const notices = inOrder.flatMap((key) => counted.get(key) ?? []);
    await closeOldGroups(tx, notices);
    const raised = new Map((await insertOrCount(tx, notices)).map((alert, place) => [inOrder[place], alert]));
    return [...counted.keys()].flatMap((key) => raised.get(key) ?? []);
  }
}

/** Those that have an address of their own for alerts, among those that the alerts are about. */
async function teamsWithAddress(tx: EntityManager, alerts: readonly Alert[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: string }[]>(
    'SELECT team_id AS id FROM notify.team_alert_addresses WHERE team_id = ANY ($1) AND confirmed_email IS NOT NULL',
    [[...new Set(alerts.map(({ teamId }) => teamId))]],
  );
  return new Set(rows.map(({ id }) => id));
}

function toNotices({ teamId, type, severity, audience, groupKey, params, deliveryId, documentId }: Alert, hasAddress: boolean): Notice[] {
  const told = {
    team_id: teamId,
    type,
    severity,
    params,
    delivery_id: deliveryId,
    document_id: documentId,
    open_group: groupKey,
    count: 1,
  };
  const people = audience.kind === 'users' ? audience.userIds : [null];
  return [...people, ...(hasAddress ? [teamMailbox(teamId)] : [])].map((userId) => ({ ...told, user_id: userId }));
}

/** One for each trouble of each user, by a key of it, with its count and its latest document; what happened last is the last. */
function countTogether(notices: readonly Notice[]): Map<string, Notice> {
  const counted = new Map<string, Notice>();
  for (const notice of notices) {
    const key = JSON.stringify([notice.team_id, notice.open_group, notice.user_id]);
    const before = counted.get(key)?.count ?? 0;
    counted.delete(key);
    counted.set(key, { ...notice, count: before + 1 });
  }
  return counted;
}

async function closeOldGroups(tx: EntityManager, notices: readonly Notice[]): Promise<void> {
  await tx.query(
    `UPDATE notify.notifications SET open_group = NULL WHERE id IN (
       SELECT n.id FROM notify.notifications n
       JOIN jsonb_to_recordset($1) AS notice (team_id text, open_group text, user_id text)
         ON n.team_id = notice.team_id AND n.open_group = notice.open_group AND n.user_id IS NOT DISTINCT FROM notice.user_id
       WHERE n.created_at < now() - make_interval(hours => $2)
         AND EXISTS (SELECT FROM notify.notification_reads r WHERE r.notification_id = n.id AND r.read_position >= n.position)
       ORDER BY n.team_id, n.open_group, n.user_id FOR UPDATE OF n)`,
    [JSON.stringify(notices), GROUP_HOURS],
  );
}

// Rows are written, and come back, in the order of the list.
async function insertOrCount(tx: EntityManager, notices: readonly Notice[]): Promise<RaisedAlert[]> {
  return tx.query<RaisedAlert[]>(
    `INSERT INTO notify.notifications (team_id, user_id, type, severity, params, delivery_id, document_id, open_group, count)
     SELECT team_id, user_id, type, severity, params, delivery_id, document_id, open_group, count
     FROM jsonb_to_recordset($1) AS notice (team_id text, user_id text, type text, severity text, params jsonb,
                                            delivery_id text, document_id text, open_group text, count int)
     ON CONFLICT (team_id, open_group, user_id) WHERE open_group IS NOT NULL DO UPDATE
     SET count = notifications.count + excluded.count, params = excluded.params, delivery_id = excluded.delivery_id,
         document_id = excluded.document_id
     RETURNING id AS "notificationId", user_id AS "userId", count`,
    [JSON.stringify(notices)],
  );
}
