// Deliveries that a restore holds back, and teams whose rows are never removed.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Keeping1800000000140 implements MigrationInterface {
  readonly name = 'Keeping1800000000140';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN due_when_resumed timestamptz');
    await runner.query(`COMMENT ON COLUMN dispatch.deliveries.due_when_resumed IS
      'while it is held after a restore, and due_at is NULL: when it was due'`);
    await runner.query(`
      CREATE TABLE dispatch.legal_holds (team_id text PRIMARY KEY, reason text NOT NULL, since timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`COMMENT ON TABLE dispatch.legal_holds IS 'teams whose rows stay, whatever their age, and are not erased'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dispatch.legal_holds');
    await runner.query(
      'UPDATE dispatch.deliveries SET due_at = due_when_resumed WHERE settled_at IS NULL AND due_when_resumed IS NOT NULL',
    );
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN due_when_resumed');
  }
}
