import { type ClientBase } from 'pg';

/**
 * Marks all open e-mails as uncertain, and returns how many there were. After a restore nobody knows which of them were sent since the
 * backup, so none is sent again. The inbox has all alerts, and says which e-mails are uncertain.
 */
export async function giveUpOpenEmails(client: ClientBase): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE notify.email_outbox SET status = 'uncertain', claim_id = NULL, leased_until = NULL WHERE status = 'waiting'`,
  );
  return rowCount ?? 0;
}
