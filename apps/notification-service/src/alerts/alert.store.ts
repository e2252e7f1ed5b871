// Writes an alert as a notification for each who is to hear it. The same trouble is counted on the notification that is there.
import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Alert } from './alert.js';

/** A notification that was made or counted up in this transaction. `userId` null: everybody in the team. */
export type RaisedAlert = { notificationId: string; userId: string | null; count: number };

/** A group that somebody has read takes no more after this long, so that new trouble of an old kind is new. */
export const GROUP_HOURS = 24;

@Injectable()
export class AlertStore {
  /** Runs inside the caller's transaction. */
  async raise(tx: EntityManager, alert: Alert): Promise<RaisedAlert[]> {
    // In one order for all, so that two alerts for the same users never wait for each other crosswise.
    const userIds = alert.audience.kind === 'users' ? [...alert.audience.userIds].sort() : [null];
    const raised: RaisedAlert[] = [];
    for (const userId of userIds) {
      if (alert.groupKey !== null) await closeOldGroup(tx, alert.teamId, userId, alert.groupKey);
      raised.push({ userId, ...(await insertOrCount(tx, alert, userId)) });
    }
    return raised;
  }
}

async function closeOldGroup(tx: EntityManager, teamId: string, userId: string | null, groupKey: string): Promise<void> {
  await tx.query(
    `UPDATE notify.notifications n SET open_group = NULL
     WHERE n.team_id = $1 AND n.open_group = $2 AND n.user_id IS NOT DISTINCT FROM $3
       AND n.created_at < now() - make_interval(hours => $4)
       AND EXISTS (SELECT FROM notify.notification_reads r WHERE r.notification_id = n.id AND r.read_position >= n.position)`,
    [teamId, groupKey, userId, GROUP_HOURS],
  );
}

async function insertOrCount(tx: EntityManager, alert: Alert, userId: string | null): Promise<{ notificationId: string; count: number }> {
  const [row] = await tx.query<{ notificationId: string; count: number }[]>(
    `INSERT INTO notify.notifications (team_id, user_id, type, severity, params, delivery_id, document_id, open_group)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (team_id, open_group, user_id) WHERE open_group IS NOT NULL DO UPDATE
     SET count = notifications.count + 1, params = excluded.params, delivery_id = excluded.delivery_id, document_id = excluded.document_id
     RETURNING id AS "notificationId", count`,
    [alert.teamId, userId, alert.type, alert.severity, JSON.stringify(alert.params), alert.deliveryId, alert.documentId, alert.groupKey],
  );
  if (row === undefined) throw new Error('An upsert without a condition returns its row.');
  return row;
}
