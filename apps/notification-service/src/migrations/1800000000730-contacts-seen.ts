import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** When a token or a document last showed that a user belongs to a team. Users known so far count as seen at the time of the migration. */
export class ContactsSeen1800000000730 implements MigrationInterface {
  readonly name = 'ContactsSeen1800000000730';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE notify.contacts ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE notify.contacts DROP COLUMN seen_at`);
  }
}
