import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who signs in to the mail server for a shared mailbox. */
export class WhoSignsIn1800000000710 implements MigrationInterface {
  readonly name = 'WhoSignsIn1800000000710';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE settings.mail_connections ADD COLUMN username text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE settings.mail_connections DROP COLUMN username');
  }
}
