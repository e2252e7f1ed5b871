// Counts the dispatchers that a delivery kills although a separate process could compose it.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class RunsAlone1800000000020 implements MigrationInterface {
  readonly name = 'RunsAlone1800000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN deaths_alone int NOT NULL DEFAULT 0');
    await runner.query(`COMMENT ON COLUMN dispatch.deliveries.deaths_alone IS
      'dispatchers in a row that died while they composed or wrote this delivery and no other; one more while that is being done'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN deaths_alone');
  }
}
