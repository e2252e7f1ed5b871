import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** An index to find out whether a delivery needs a blob. Documents of invoicing are not blobs, so the index leaves them out. */
export class NamedBlobs1800000000040 implements MigrationInterface {
  readonly name = 'NamedBlobs1800000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX attachments_blob ON dispatch.attachments (sha256) WHERE ref IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX dispatch.attachments_blob');
  }
}
