import { Injectable } from '@nestjs/common';
import { type TeamAlertAddress } from '@billing-mail/contracts';
import { type Caller } from '@billing-mail/platform';
import { DataSource } from 'typeorm';

/** Addresses for the alerts of teams, in addition to those to their members. */
@Injectable()
export class TeamAlertAddressStore {
  constructor(private readonly database: DataSource) {}

  async read(teamId: string): Promise<TeamAlertAddress> {
    const [row] = await this.database.query<TeamAlertAddress[]>(
      `SELECT email AS "alertTo", email IS NOT DISTINCT FROM confirmed_email AS confirmed FROM notify.team_alert_addresses WHERE team_id = $1`,
      [teamId],
    );
    return row ?? { alertTo: null, confirmed: true };
  }

  /** An address that an internal service names counts as confirmed. */
  async replace(teamId: string, email: string | null, caller: Caller): Promise<void> {
    if (email === null) {
      await this.database.query('DELETE FROM notify.team_alert_addresses WHERE team_id = $1', [teamId]);
      return;
    }
    await this.database.query(
      `INSERT INTO notify.team_alert_addresses AS known (team_id, email, confirmed_email, updated_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (team_id) DO UPDATE
       SET email = excluded.email, confirmed_email = coalesce(excluded.confirmed_email, known.confirmed_email), updated_by = excluded.updated_by,
           updated_at = now()`,
      [teamId, email, caller.isService ? email : null, caller.userId],
    );
  }
}
