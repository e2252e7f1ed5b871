// Codes that went to addresses: who shows one, signed in as the user who asked for it, reads what goes there.
import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** An address gets this many in a day, whoever asks, and a user asks for as many in an hour: these are letters to people who may not have asked. */
const PER_ADDRESS_A_DAY = 3;
const PER_USER_AN_HOUR = 5;
const VALID_HOURS = 24;

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');

@Injectable()
export class ConfirmationStore {
  constructor(private readonly database: DataSource) {}

  /** A new code for the user's address, or `null` when there were too many. Only its hash is kept. */
  async ask(userId: string, email: string): Promise<string | null> {
    const code = randomBytes(16).toString('base64url');
    return this.database.transaction(async (tx) => {
      // One after the other, or requests at once would each find room.
      await tx.query(`LOCK TABLE notify.address_confirmations IN SHARE ROW EXCLUSIVE MODE`);
      await tx.query(`DELETE FROM notify.address_confirmations WHERE asked_at < now() - make_interval(hours => $1)`, [VALID_HOURS]);
      const asked = await tx.query<unknown[]>(
        `INSERT INTO notify.address_confirmations (code_sha256, user_id, email)
         SELECT $1, $2, $3
         WHERE (SELECT count(*) FROM notify.address_confirmations WHERE lower(email) = lower($3)) < $4
           AND (SELECT count(*) FROM notify.address_confirmations WHERE user_id = $2 AND asked_at > now() - interval '1 hour') < $5
         RETURNING code_sha256`,
        [hashOf(code), userId, email, PER_ADDRESS_A_DAY, PER_USER_AN_HOUR],
      );
      return asked.length > 0 ? code : null;
    });
  }

  /** True when the code was sent to the address that the user wants now: it is confirmed, and the code is used up. */
  async confirm(userId: string, code: string): Promise<boolean> {
    // What is used up stays as a row, so that it counts for the limits, under a name that no code has.
    const [confirmed] = await this.database.query<[unknown[], number]>(
      `WITH shown AS (
         UPDATE notify.address_confirmations SET code_sha256 = 'used ' || gen_random_uuid()
         WHERE code_sha256 = $2 AND user_id = $1 AND asked_at > now() - make_interval(hours => $3) RETURNING email)
       UPDATE notify.preferences SET confirmed_email = shown.email FROM shown WHERE user_id = $1 AND preferences.email = shown.email
       RETURNING user_id`,
      [userId, hashOf(code), VALID_HOURS],
    );
    return confirmed.length > 0;
  }
}
