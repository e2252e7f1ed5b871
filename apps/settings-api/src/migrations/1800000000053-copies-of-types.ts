import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class CopiesOfTypes1800000000053 implements MigrationInterface {
  readonly name = 'CopiesOfTypes1800000000053';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE settings.team_email_delivery ADD COLUMN copies jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE settings.team_email_delivery DROP COLUMN copies');
  }
}
