// Stores the codes that were sent to addresses. A user who enters a code can read mail to that address. The code for a user's address
// counts only for the user who asked for it, the code for a team's address only for that team.
import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const VALID_HOURS = 24;

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');

@Injectable()
export class ConfirmationStore {
  constructor(private readonly database: DataSource) {}

  /** Makes a code for the address of a user, or of a team. Only its hash is kept. */
  async ask(userId: string, email: string, teamId: string | null): Promise<string> {
    const code = randomBytes(16).toString('base64url');
    await this.database.query(`DELETE FROM notify.address_confirmations WHERE asked_at < now() - make_interval(hours => $1)`, [
      VALID_HOURS,
    ]);
    await this.database.query(`INSERT INTO notify.address_confirmations (code_sha256, user_id, email, team_id) VALUES ($1, $2, $3, $4)`, [
      hashOf(code),
      userId,
      email,
      teamId,
    ]);
    return code;
  }

  /** Confirms the user's address, and uses the code up. Returns whether the code was sent to the address that the user wants now. */
  async confirm(userId: string, code: string): Promise<boolean> {
    const [confirmed] = await this.database.query<[unknown[], number]>(
      `WITH shown AS (
         DELETE FROM notify.address_confirmations
         WHERE code_sha256 = $2 AND user_id = $1 AND team_id IS NULL AND asked_at > now() - make_interval(hours => $3) RETURNING email)
       UPDATE notify.preferences SET confirmed_email = shown.email FROM shown WHERE user_id = $1 AND preferences.email = shown.email
       RETURNING user_id`,
      [userId, hashOf(code), VALID_HOURS],
    );
    return confirmed.length > 0;
  }

  /** Confirms a team's address: any member of the team who can read its mail may do so. */
  async confirmForTeam(teamId: string, code: string): Promise<boolean> {
    const [confirmed] = await this.database.query<[unknown[], number]>(
      `WITH shown AS (
         DELETE FROM notify.address_confirmations
         WHERE code_sha256 = $2 AND team_id = $1 AND asked_at > now() - make_interval(hours => $3) RETURNING email)
       UPDATE notify.team_alert_addresses a SET confirmed_email = shown.email FROM shown WHERE a.team_id = $1 AND a.email = shown.email
       RETURNING a.team_id`,
      [teamId, hashOf(code), VALID_HOURS],
    );
    return confirmed.length > 0;
  }
}
