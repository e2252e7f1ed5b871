// Users choose what they are told by type and channel, and whether they want digests; teams have an address for alerts.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class AlertPreferences1800000000036 implements MigrationInterface {
  name = 'AlertPreferences1800000000036';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE notify.preferences
        ADD COLUMN muted_email text[] NOT NULL DEFAULT '{}',
        ADD COLUMN muted_inbox text[] NOT NULL DEFAULT '{}',
        ADD COLUMN digest text NOT NULL DEFAULT 'none'`);
    await runner.query(`
      CREATE TABLE notify.team_alert_addresses (
        team_id text NOT NULL,
        email text NOT NULL,
        confirmed_email text,
        updated_by text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT team_alert_addresses_pk PRIMARY KEY (team_id)
      )`);
    await runner.query(`ALTER TABLE notify.address_confirmations ADD COLUMN team_id text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE notify.address_confirmations DROP COLUMN team_id`);
    await runner.query(`DROP TABLE notify.team_alert_addresses`);
    await runner.query(`ALTER TABLE notify.preferences DROP COLUMN muted_email, DROP COLUMN muted_inbox, DROP COLUMN digest`);
  }
}
