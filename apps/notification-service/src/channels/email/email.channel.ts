import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Channel, type Told } from '../channel.js';

/**
 * After an e-mail about a notification, the next one about it is sent after this time at the earliest, and counts what happened meanwhile:
 * a server that is down affects every document.
 */
export const DIGEST_EVERY_MINUTES = 60;

/** How long an e-mail about a first failure waits for others: documents that wait for the same server fail within minutes of each other. */
const GATHER_MINUTES = 5;

/**
 * Records an e-mail for each user. `wanted_count` counts the pieces of news, `mailed_count` those already sent. Not every piece of news
 * increases the count of its notification: a document that fails because of a trouble that was told before, for example, does not. Further
 * news makes another e-mail, without the doubts of the last one. Alerts to the whole team have no address and stay in the inbox.
 */
@Injectable()
export class EmailChannel implements Channel {
  async accept(tx: EntityManager, { raised }: Told): Promise<void> {
    const personal = raised.filter(({ userId, isQuiet }) => userId !== null && isQuiet !== true);
    if (personal.length === 0) return;
    await tx.query(
      `INSERT INTO notify.email_outbox AS owed (notification_id, wanted_count, status, due_at)
       SELECT id, 1, 'waiting', now() + make_interval(mins => wait) FROM unnest($1::uuid[], $2::int[]) AS item (id, wait)
       ON CONFLICT (notification_id) DO UPDATE
       SET wanted_count = owed.wanted_count + 1,
           status = 'waiting',
           attempts = CASE WHEN owed.status = 'waiting' THEN owed.attempts ELSE 0 END,
           doubts = 0,
           released_at = NULL,
           failing_since = CASE WHEN owed.status = 'waiting' THEN owed.failing_since END,
           due_at = CASE WHEN owed.status = 'waiting' THEN owed.due_at
                         ELSE greatest(excluded.due_at, owed.mailed_at + make_interval(mins => $3)) END`,
      [
        personal.map(({ notificationId }) => notificationId),
        personal.map(({ isBeginning }) => (isBeginning === true ? GATHER_MINUTES : 0)),
        DIGEST_EVERY_MINUTES,
      ],
    );
  }
}
