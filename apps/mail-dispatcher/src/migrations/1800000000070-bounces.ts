// Reports that arrive after a delivery was sent, and addresses that are known not to work.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Bounces1800000000070 implements MigrationInterface {
  readonly name = 'Bounces1800000000070';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dispatch.reports (
        id uuid PRIMARY KEY,
        delivery_id uuid NOT NULL REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
        position int,
        kind text NOT NULL
          CHECK (kind IN ('bounced', 'delayed', 'delivered', 'relayed', 'expanded', 'complaint', 'absence', 'auto_reply')),
        class text,
        permanent boolean NOT NULL DEFAULT false,
        status text,
        address text,
        diagnostic text,
        reporter text,
        retry_until timestamptz,
        received_at timestamptz NOT NULL DEFAULT now(),
        applied_at timestamptz
      )`);
    await runner.query(`COMMENT ON COLUMN dispatch.reports.position IS 'the recipient; NULL where the report does not tell'`);
    await runner.query(`COMMENT ON COLUMN dispatch.reports.applied_at IS
      'when what follows from it was written; NULL while the delivery is not settled, as a fast relay reports before we have recorded its yes'`);
    await runner.query(`
      CREATE UNIQUE INDEX reports_once ON dispatch.reports (delivery_id, coalesce(position, -1), kind, coalesce(class, ''))`);
    await runner.query(`CREATE INDEX reports_open ON dispatch.reports (delivery_id) WHERE applied_at IS NULL`);
    // On this table and not on the recipients, where an index by state would make every change more expensive.
    await runner.query(`CREATE INDEX reports_bounced ON dispatch.reports (delivery_id) WHERE kind = 'bounced'`);
    await runner.query(`
      CREATE TABLE dispatch.bounced_addresses (
        team_id text NOT NULL,
        address text NOT NULL,
        class text NOT NULL,
        status text,
        diagnostic text,
        delivery_id uuid NOT NULL,
        bounced_at timestamptz NOT NULL DEFAULT now(),
        told_series text[] NOT NULL DEFAULT '{}',
        PRIMARY KEY (team_id, address)
      )`);
    await runner.query(`COMMENT ON TABLE dispatch.bounced_addresses IS
      'addresses, in lower case, that a document of the team came back from for good; told_series: recurring documents of which that was told'`);
    await runner.query(`CREATE INDEX bounced_addresses_newest ON dispatch.bounced_addresses (bounced_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE dispatch.recipients SET status = 'accepted', reason = NULL WHERE status = 'bounced'`);
    await runner.query('DROP TABLE dispatch.bounced_addresses');
    await runner.query('DROP TABLE dispatch.reports');
  }
}
