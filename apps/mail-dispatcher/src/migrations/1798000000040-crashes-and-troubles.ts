// Records crashes of dispatchers that were working on a delivery, and routes that do not work.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class CrashesAndTroubles1798000000040 implements MigrationInterface {
  readonly name = 'CrashesAndTroubles1798000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN rehearsals int NOT NULL DEFAULT 0');
    await runner.query(`COMMENT ON COLUMN dispatch.deliveries.rehearsals IS
      'rehearsals in a row, each in a process of its own, that have begun and not ended'`);
    await runner.query(`
      CREATE TABLE dispatch.troubles (
        lane text PRIMARY KEY, since timestamptz NOT NULL DEFAULT now(), seen_at timestamptz NOT NULL DEFAULT now(), told_at timestamptz)`);
    await runner.query(`COMMENT ON TABLE dispatch.troubles IS
      'lanes whose way out fails: since when, when that was seen last, and when the team was told'`);
    await runner.query(`
      CREATE TABLE dispatch.certificate_warnings (
        not_after timestamptz, days int, told_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (not_after, days))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dispatch.certificate_warnings');
    await runner.query('DROP TABLE dispatch.troubles');
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN rehearsals');
  }
}
