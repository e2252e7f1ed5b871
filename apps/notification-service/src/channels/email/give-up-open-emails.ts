import { type ClientBase } from 'pg';

/**
 * After a restore nobody knows which open e-mails were sent since the backup. None is sent again; the inbox has all alerts, and says which
 * e-mails are uncertain. Returns how many.
 */
export async function giveUpOpenEmails(client: ClientBase): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE notify.email_outbox SET status = 'uncertain', claim_id = NULL, leased_until = NULL WHERE status = 'waiting'`,
  );
  return rowCount ?? 0;
}
