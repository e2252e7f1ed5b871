import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** By what is found whether a delivery names a blob. Documents of invoicing are none, so what came by reference pays nothing for it. */
export class NamedBlobs1800000000040 implements MigrationInterface {
  readonly name = 'NamedBlobs1800000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX attachments_blob ON dispatch.attachments (sha256) WHERE ref IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX dispatch.attachments_blob');
  }
}
