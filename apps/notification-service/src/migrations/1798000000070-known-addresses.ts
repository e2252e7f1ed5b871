// Alerts go only to members of a team, at addresses that are vouched for, and there is a limit of e-mails for each user and hour.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class KnownAddresses1798000000070 implements MigrationInterface {
  name = 'KnownAddresses1798000000070';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE notify.preferences ADD COLUMN confirmed_email text`);
    // Any admin could have named these addresses. The addresses that services vouch for arrive again with the next document.
    await runner.query(`UPDATE notify.contacts SET email = NULL`);
    await runner.query(`
      CREATE TABLE notify.address_confirmations (
        code_sha256 text NOT NULL,
        user_id text NOT NULL,
        email text NOT NULL,
        asked_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT address_confirmations_pk PRIMARY KEY (code_sha256)
      )`);
    await runner.query(`CREATE INDEX address_confirmations_of_user ON notify.address_confirmations (user_id)`);
    await runner.query(`CREATE INDEX address_confirmations_of_email ON notify.address_confirmations (email)`);
    await runner.query(`
      CREATE TABLE notify.email_times (
        id bigint GENERATED ALWAYS AS IDENTITY,
        user_id text NOT NULL,
        claimed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT email_times_pk PRIMARY KEY (id)
      )`);
    await runner.query(`CREATE INDEX email_times_of_user ON notify.email_times (user_id, claimed_at)`);
    await runner.query(`ALTER TABLE notify.email_outbox ADD COLUMN in_digest boolean NOT NULL DEFAULT false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE notify.email_outbox DROP COLUMN in_digest`);
    await runner.query(`DROP TABLE notify.email_times`);
    await runner.query(`DROP TABLE notify.address_confirmations`);
    await runner.query(`ALTER TABLE notify.preferences DROP COLUMN confirmed_email`);
  }
}
