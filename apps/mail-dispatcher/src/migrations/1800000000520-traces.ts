// The trace context of the step that took a delivery, so that later tries and its outcome belong to the same trace.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Traces1800000000520 implements MigrationInterface {
  readonly name = 'Traces1800000000520';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN IF NOT EXISTS traceparent text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN traceparent');
  }
}
