// The process that wrote an outcome publishes it. The outbox is read only for outcomes that were left behind.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class PublishFromMemory1797500000000 implements MigrationInterface {
  readonly name = 'PublishFromMemory1797500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `COMMENT ON COLUMN dispatch.outbox.publish_at IS 'without a job: until then it is left to whoever wrote it; with one: when to see whether it is done, and to publish it again'`,
    );
    await runner.query('DROP INDEX dispatch.outbox_new');
    await runner.query('CREATE INDEX outbox_new ON dispatch.outbox (publish_at, id) WHERE job_id IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX dispatch.outbox_new');
    await runner.query('CREATE INDEX outbox_new ON dispatch.outbox (id) WHERE job_id IS NULL');
    await runner.query(
      `COMMENT ON COLUMN dispatch.outbox.publish_at IS 'with a job: when to see whether it is done, and to publish it again'`,
    );
  }
}
