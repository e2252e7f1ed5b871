import { type ClientBase } from 'pg';

/**
 * After a restore nobody knows which of the e-mails that were owed have gone out since the backup: none is sent once more, and the inbox, which
 * has them all, says so. Returns how many.
 */
export async function giveUpOpenEmails(client: ClientBase): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE notify.email_outbox SET status = 'uncertain', claim_id = NULL, leased_until = NULL WHERE status = 'waiting'`,
  );
  return rowCount ?? 0;
}
