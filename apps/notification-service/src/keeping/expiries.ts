// How long rows of notification-service's tables are kept, as SQL statements.
import { EXPIRED_AT_ONCE, type Expiry } from '@billing-mail/platform';
import { type NotificationEnv } from '../notification.env.js';

/**
 * After this time without a sign-in or a document, a user counts as having left the team, in case no directory reports it. The time is long
 * enough for users who sign in only when they are told of trouble.
 */
const CONTACTS_MS = 180 * 24 * 60 * 60 * 1000;

const OLD = `now() - $1::float8 * interval '1 millisecond'`;

export const expiriesOf = ({ RETENTION_NOTIFICATIONS, RETENTION_EVENTS }: NotificationEnv): Expiry[] => [
  {
    // Deletes the read marks and e-mails of notifications as well. Notifications that still count up, or whose e-mail waits, stay.
    kind: 'notifications',
    afterMs: RETENTION_NOTIFICATIONS,
    statement: `
      DELETE FROM notify.notifications WHERE id IN (
        SELECT n.id FROM notify.notifications n WHERE n.created_at < ${OLD} AND n.open_group IS NULL
          AND NOT EXISTS (SELECT FROM notify.email_outbox o WHERE o.notification_id = n.id AND o.status = 'waiting')
          AND NOT EXISTS (SELECT FROM notify.legal_holds h WHERE h.team_id = n.team_id)
        LIMIT ${EXPIRED_AT_ONCE})`,
  },
  {
    // An event is published again within minutes, or within days after somebody has repaired something.
    kind: 'processed_events',
    afterMs: RETENTION_EVENTS,
    statement: `
      DELETE FROM notify.processed_events WHERE event_id IN (
        SELECT event_id FROM notify.processed_events WHERE processed_at < ${OLD} LIMIT ${EXPIRED_AT_ONCE})`,
  },
  {
    // Deletes tries as well. The schedule ends a waiting message; if one has been due for this time, its webhook no longer sends.
    kind: 'webhook_messages',
    afterMs: RETENTION_EVENTS,
    statement: `
      DELETE FROM notify.webhook_messages WHERE id IN (
        SELECT m.id FROM notify.webhook_messages m WHERE m.occurred_at < ${OLD} AND (m.status <> 'waiting' OR m.due_at < ${OLD})
          AND NOT EXISTS (SELECT FROM notify.legal_holds h WHERE h.team_id = m.team_id)
        LIMIT ${EXPIRED_AT_ONCE})`,
  },
  {
    // Deletes the contacts of a team under a legal hold too: the hold protects the team's records, and not who is told.
    kind: 'contacts',
    afterMs: CONTACTS_MS,
    statement: `
      DELETE FROM notify.contacts WHERE (team_id, user_id) IN (
        SELECT team_id, user_id FROM notify.contacts WHERE seen_at < ${OLD} LIMIT ${EXPIRED_AT_ONCE})`,
  },
  {
    kind: 'rejected_outcomes',
    afterMs: RETENTION_EVENTS,
    statement: `
      DELETE FROM notify.rejected_outcomes WHERE payload_sha256 IN (
        SELECT payload_sha256 FROM notify.rejected_outcomes WHERE received_at < ${OLD} LIMIT ${EXPIRED_AT_ONCE})`,
  },
];
