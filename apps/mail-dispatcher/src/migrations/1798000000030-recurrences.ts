// One delivery for each occurrence of a series, and two more reasons to reject a job.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Recurrences1798000000030 implements MigrationInterface {
  readonly name = 'Recurrences1798000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN series_id text, ADD COLUMN occurrence text');
    await runner.query(`COMMENT ON COLUMN dispatch.deliveries.occurrence IS
      'with series_id what is unique in a team; both NULL where the document does not recur, or is sent again on somebody''s wish'`);
    // If an occurrence was taken in twice before, its first delivery counts.
    await runner.query(`
      UPDATE dispatch.deliveries d SET series_id = first.series_id, occurrence = first.occurrence
      FROM (
        SELECT DISTINCT ON (team_id, document #>> '{recurrence,seriesId}', document #>> '{recurrence,occurrence}')
          id, document #>> '{recurrence,seriesId}' AS series_id, document #>> '{recurrence,occurrence}' AS occurrence
        FROM dispatch.deliveries WHERE document ? 'recurrence' AND resend_of IS NULL
        ORDER BY team_id, document #>> '{recurrence,seriesId}', document #>> '{recurrence,occurrence}', created_at, id
      ) first WHERE d.id = first.id`);
    await runner.query(`
      CREATE UNIQUE INDEX deliveries_occurrence ON dispatch.deliveries (team_id, series_id, occurrence) WHERE series_id IS NOT NULL`);
    await allowReasons(runner, ['invalid', 'key_conflict', 'recurrence_conflict', 'team_unknown', 'given_up']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE dispatch.rejected_jobs SET reason = 'invalid' WHERE reason IN ('recurrence_conflict', 'given_up')`);
    await allowReasons(runner, ['invalid', 'key_conflict', 'team_unknown']);
    await runner.query('DROP INDEX dispatch.deliveries_occurrence');
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN series_id, DROP COLUMN occurrence');
  }
}

async function allowReasons(runner: QueryRunner, reasons: readonly string[]): Promise<void> {
  await runner.query('ALTER TABLE dispatch.rejected_jobs DROP CONSTRAINT rejected_jobs_reason_check');
  await runner.query(`
    ALTER TABLE dispatch.rejected_jobs ADD CONSTRAINT rejected_jobs_reason_check
      CHECK (reason IN (${reasons.map((reason) => `'${reason}'`).join(', ')}))`);
}
