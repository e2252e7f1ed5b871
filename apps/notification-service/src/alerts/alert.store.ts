// Writes alerts as notifications, one for each reader. Further alerts about the same trouble are counted on the existing notification.
import { Injectable } from '@nestjs/common';
import { type NotificationType, type Severity } from '@billing-mail/contracts';
import { type EntityManager } from 'typeorm';
import { type Alert, type SinceTold, teamMailbox } from './alert.js';

/** A notification that was created or counted up in this transaction. `userId` `null`: for everybody in the team. */
export type RaisedAlert = {
  notificationId: string;
  userId: string | null;
  /** Only the shown text changes; no channel sends anything. */
  isQuiet?: true;
  /** More alerts about the same trouble will follow soon, so sending waits for them. */
  isBeginning?: true;
};

/** After this time a notification that was read takes no more alerts: later trouble of the same kind counts as new. */
const GROUP_HOURS = 24;

/** A row of the table; rows are passed to PostgreSQL as one JSON text. */
type Notice = {
  team_id: string;
  user_id: string | null;
  type: NotificationType;
  severity: Severity;
  params: Alert['params'];
  delivery_id: string | null;
  document_id: string | null;
  open_group: string;
  count: number;
  part_of: string | null;
  part_as: keyof SinceTold | null;
  traceparent: string | null;
};

@Injectable()
export class AlertStore {
  /**
   * Writes the alerts in the caller's transaction: with two statements for any number of alerts, and two more if some are part of a trouble
   * that may have been told.
   */
  async raise(tx: EntityManager, alerts: readonly Alert[]): Promise<RaisedAlert[]> {
    const all = alerts.flatMap(toNotices);
    const withAddress = await closeOldGroups(tx, all);
    const notices = all.filter(({ team_id, user_id }) => user_id !== teamMailbox(team_id) || withAddress.has(team_id));
    const parts = notices.filter(({ part_of }) => part_of !== null);
    if (parts.length === 0) return this.write(tx, notices);
    // Writes the troubles first that other alerts may be a part of.
    const groups = new Set(parts.map(({ part_of }) => part_of));
    const isWhole = ({ part_of, open_group }: Notice): boolean => part_of === null && groups.has(open_group);
    const wholes = await this.write(tx, notices.filter(isWhole));
    const { added, left } = await addToTold(tx, parts);
    const [told, news] = [new Set(wholes.map(({ notificationId }) => notificationId)), new Set(left)];
    // All other alerts, in the order of the events.
    const others = notices.filter((notice) => (notice.part_of === null ? !isWhole(notice) : news.has(notice)));
    return [...wholes, ...added.filter(({ notificationId }) => !told.has(notificationId)), ...(await this.write(tx, others))];
  }

  private async write(tx: EntityManager, all: readonly Notice[]): Promise<RaisedAlert[]> {
    if (all.length === 0) return [];
    const counted = countTogether(all);
    // All transactions write in the same order, so that they can't deadlock. The result is in the order of the events.
    const inOrder = [...counted.keys()].sort();
    const notices = inOrder.flatMap((key) => counted.get(key) ?? []);
    const raised = new Map((await insertOrCount(tx, notices)).map((alert, place) => [inOrder[place], alert]));
    return [...counted.keys()].flatMap((key) => raised.get(key) ?? []);
  }
}

/** Returns one notice for each reader. The team's mailbox is always a reader; `raise` drops its notice if the team has none. */
function toNotices({ teamId, type, severity, audience, groupKey, params, deliveryId, documentId, partOf, traceparent }: Alert): Notice[] {
  const told = {
    team_id: teamId,
    type,
    severity,
    params,
    delivery_id: deliveryId,
    document_id: documentId,
    open_group: groupKey,
    count: 1,
    part_of: partOf?.groupKey ?? null,
    part_as: partOf?.as ?? null,
    traceparent: traceparent ?? null,
  };
  const people = audience.kind === 'users' ? audience.userIds : [null];
  return [...people, teamMailbox(teamId)].map((userId) => ({ ...told, user_id: userId }));
}

/**
 * Counts documents on the notification of their trouble, for readers who were told of it. `left` are the notices of readers who were not. A
 * reader who was warned while all documents were still being tried is told once more when the first document has failed for good.
 */
async function addToTold(tx: EntityManager, parts: readonly Notice[]): Promise<{ added: RaisedAlert[]; left: Notice[] }> {
  const keyOf = (notice: Pick<Notice, 'team_id' | 'user_id'> & { open_group: string | null }): string =>
    JSON.stringify([notice.team_id, notice.open_group, notice.user_id]);
  const wholes = new Map<string, Pick<Notice, 'team_id' | 'open_group' | 'user_id'> & SinceTold>();
  for (const { team_id, user_id, part_of, part_as } of parts) {
    const whole = {
      team_id,
      user_id,
      open_group: part_of ?? '',
      failed: 0,
      fellBack: 0,
      ...wholes.get(keyOf({ team_id, user_id, open_group: part_of })),
    };
    if (part_as !== null) whole[part_as] += 1;
    wholes.set(keyOf(whole), whole);
  }
  const inOrder = [...wholes.keys()].sort().flatMap((key) => wholes.get(key) ?? []);
  const [rows] = await tx.query<[(RaisedAlert & { teamId: string; openGroup: string; isFirstFailure: boolean })[], number]>(
    `UPDATE notify.notifications n SET params = n.params || jsonb_build_object(
         'failed', coalesce((n.params ->> 'failed')::int, 0) + whole.failed,
         'fellBack', coalesce((n.params ->> 'fellBack')::int, 0) + whole."fellBack")
     FROM jsonb_to_recordset($1) AS whole (team_id text, user_id text, open_group text, failed int, "fellBack" int)
     WHERE n.team_id = whole.team_id AND n.open_group = whole.open_group AND n.user_id IS NOT DISTINCT FROM whole.user_id
     RETURNING n.id AS "notificationId", n.user_id AS "userId", n.team_id AS "teamId", n.open_group AS "openGroup",
       whole.failed > 0 AND (n.params ->> 'failed')::int = whole.failed AS "isFirstFailure"`,
    [JSON.stringify(inOrder)],
  );
  const told = new Set(rows.map(({ teamId, openGroup, userId }) => keyOf({ team_id: teamId, open_group: openGroup, user_id: userId })));
  return {
    added: rows.map(({ notificationId, userId, isFirstFailure }) => ({
      ...{ notificationId, userId },
      ...(isFirstFailure ? { isBeginning: true } : { isQuiet: true }),
    })),
    left: parts.filter(({ team_id, user_id, part_of }) => !told.has(keyOf({ team_id, user_id, open_group: part_of }))),
  };
}

/** Returns one notice for each trouble and reader, with the count and the latest document, ordered by the latest alert. */
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

/** Closes old groups, so that these notices are not counted on them. Returns the teams that have an address for alerts. */
async function closeOldGroups(tx: EntityManager, notices: readonly Notice[]): Promise<ReadonlySet<string>> {
  const groups = notices.flatMap(({ team_id, user_id, open_group, part_of }) =>
    [open_group, ...(part_of === null ? [] : [part_of])].map((group) => ({ team_id, user_id, open_group: group })),
  );
  const rows = await tx.query<{ id: string }[]>(
    `WITH closed AS (
       UPDATE notify.notifications SET open_group = NULL WHERE id IN (
         SELECT n.id FROM notify.notifications n
         JOIN jsonb_to_recordset($1) AS notice (team_id text, open_group text, user_id text)
           ON n.team_id = notice.team_id AND n.open_group = notice.open_group AND n.user_id IS NOT DISTINCT FROM notice.user_id
         WHERE n.created_at < now() - make_interval(hours => $2)
           AND EXISTS (SELECT FROM notify.notification_reads r WHERE r.notification_id = n.id AND r.read_position >= n.position)
         ORDER BY n.team_id, n.open_group, n.user_id FOR UPDATE OF n)
     )
     SELECT team_id AS id FROM notify.team_alert_addresses WHERE team_id = ANY ($3) AND confirmed_email IS NOT NULL`,
    [JSON.stringify(groups), GROUP_HOURS, [...new Set(notices.map(({ team_id }) => team_id))]],
  );
  return new Set(rows.map(({ id }) => id));
}

// Rows are written and returned in the order of the list.
async function insertOrCount(tx: EntityManager, notices: readonly Notice[]): Promise<RaisedAlert[]> {
  return tx.query<RaisedAlert[]>(
    `INSERT INTO notify.notifications (team_id, user_id, type, severity, params, delivery_id, document_id, open_group, count, traceparent)
     SELECT team_id, user_id, type, severity, params, delivery_id, document_id, open_group, count, traceparent
     FROM jsonb_to_recordset($1) AS notice (team_id text, user_id text, type text, severity text, params jsonb,
                                            delivery_id text, document_id text, open_group text, count int, traceparent text)
     ON CONFLICT (team_id, open_group, user_id) WHERE open_group IS NOT NULL DO UPDATE
     SET count = notifications.count + excluded.count, params = excluded.params, delivery_id = excluded.delivery_id,
         document_id = excluded.document_id, traceparent = excluded.traceparent
     RETURNING id AS "notificationId", user_id AS "userId"`,
    [JSON.stringify(notices)],
  );
}
