import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class TeamCertificates1800000000100 implements MigrationInterface {
  readonly name = 'TeamCertificates1800000000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE settings.team_email_delivery ADD COLUMN certificate jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE settings.team_email_delivery DROP COLUMN certificate');
  }
}
