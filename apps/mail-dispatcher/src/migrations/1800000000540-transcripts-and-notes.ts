// The SMTP dialogue of tries in which not all recipients were accepted, and notes on deliveries that were sent again.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class TranscriptsAndNotes1800000000540 implements MigrationInterface {
  readonly name = 'TranscriptsAndNotes1800000000540';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.attempts ADD COLUMN transcript text');
    await runner.query(`COMMENT ON COLUMN dispatch.attempts.transcript IS
      'commands, replies and their times, at most 8 KiB; NULL where all were accepted, as the reply is all that there is to tell'`);
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN resend_note text');
    await runner.query(
      `COMMENT ON COLUMN dispatch.deliveries.resend_note IS 'what was noted by whoever sent another delivery again as this one'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN resend_note');
    await runner.query('ALTER TABLE dispatch.attempts DROP COLUMN transcript');
  }
}
