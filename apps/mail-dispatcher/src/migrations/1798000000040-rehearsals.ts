import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Rehearsals1798000000040 implements MigrationInterface {
  readonly name = 'Rehearsals1798000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN rehearsals int NOT NULL DEFAULT 0');
    await runner.query(`COMMENT ON COLUMN dispatch.deliveries.rehearsals IS
      'rehearsals in a row, each in a process of its own, that have begun and not ended'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN rehearsals');
  }
}
