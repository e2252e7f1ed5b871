// Outcomes travel in groups, and leave the outbox once they are acknowledged.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class GroupOutcomes1796500000000 implements MigrationInterface {
  readonly name = 'GroupOutcomes1796500000000';

  /**
   * Outcomes that are not acknowledged yet are grouped like new ones. The listener acts once on each, even if it has already received it
   * singly.
   */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM dispatch.outbox WHERE acknowledged_at IS NOT NULL');
    await runner.query('DROP INDEX dispatch.outbox_open');
    await runner.query('ALTER TABLE dispatch.outbox DROP COLUMN acknowledged_at, ADD COLUMN job_id uuid');
    await runner.query(`COMMENT ON COLUMN dispatch.outbox.job_id IS 'job on the queue outcomes that carries it; NULL: none yet'`);
    await runner.query(
      `COMMENT ON COLUMN dispatch.outbox.publish_at IS 'with a job: when to see whether it is done, and to publish it again'`,
    );
    await runner.query('CREATE INDEX outbox_new ON dispatch.outbox (id) WHERE job_id IS NULL');
    await runner.query('CREATE INDEX outbox_due ON dispatch.outbox (publish_at) WHERE job_id IS NOT NULL');
    await runner.query('CREATE INDEX outbox_jobs ON dispatch.outbox (job_id) WHERE job_id IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of ['outbox_new', 'outbox_due', 'outbox_jobs']) await runner.query(`DROP INDEX dispatch.${index}`);
    await runner.query('ALTER TABLE dispatch.outbox DROP COLUMN job_id, ADD COLUMN acknowledged_at timestamptz');
    await runner.query('CREATE INDEX outbox_open ON dispatch.outbox (publish_at) WHERE acknowledged_at IS NULL');
  }
}
