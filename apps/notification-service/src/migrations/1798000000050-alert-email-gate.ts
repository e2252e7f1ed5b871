// The gate of alert e-mails: after a crash it is known which ones went out without a reply.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class AlertEmailGate1798000000050 implements MigrationInterface {
  name = 'AlertEmailGate1798000000050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE notify.email_outbox
        ADD COLUMN doubts integer NOT NULL DEFAULT 0,
        ADD COLUMN released_at timestamptz`);
    // E-mails that were given up at the first refusal are tried again for as long as new ones are.
    await runner.query(`
      UPDATE notify.email_outbox SET status = 'waiting', attempts = 0, due_at = now()
      WHERE status = 'gave_up' AND failing_since > now() - interval '2 days'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE notify.email_outbox SET status = 'gave_up' WHERE status IN ('no_such_address', 'uncertain')`);
    await runner.query(`ALTER TABLE notify.email_outbox DROP COLUMN doubts, DROP COLUMN released_at`);
  }
}
