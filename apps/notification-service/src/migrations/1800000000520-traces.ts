import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Tables whose rows continue a trace by e-mails or requests. */
const TABLES = ['notifications', 'webhook_messages'];

export class Traces1800000000520 implements MigrationInterface {
  readonly name = 'Traces1800000000520';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`ALTER TABLE notify.${table} ADD COLUMN IF NOT EXISTS traceparent text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`ALTER TABLE notify.${table} DROP COLUMN traceparent`);
  }
}
