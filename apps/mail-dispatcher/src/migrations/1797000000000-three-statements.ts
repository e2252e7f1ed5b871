// Prepares the schema for the three statements of a delivery: lanes have their next due time, each try keeps its evidence in its own row,
// and attachments can name a document by its key in the document store.
import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { keepSearchTexts } from './1795500000000-find-deliveries.js';

export class ThreeStatements1797000000000 implements MigrationInterface {
  readonly name = 'ThreeStatements1797000000000';

  async up(runner: QueryRunner): Promise<void> {
    await this.keepEvidenceInTries(runner);
    await this.fixLookAtIntake(runner);
    await this.findDueByLanes(runner);
    // The statement that takes in a delivery now writes its search text: the trigger took longer than the rest of that statement.
    await runner.query('DROP TRIGGER recipients_keep_search_texts ON dispatch.recipients');
    await runner.query('DROP FUNCTION dispatch.keep_search_texts');
  }

  private async keepEvidenceInTries(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dispatch.attempts
        ADD COLUMN released int[], ADD COLUMN message_sha256 text, ADD COLUMN message_size bigint, ADD COLUMN signed boolean`);
    await runner.query(`COMMENT ON COLUMN dispatch.attempts.released IS
      'positions of the recipients whose end of data was let go in this try and whose answer is not recorded yet'`);
    await runner.query(`
      UPDATE dispatch.attempts a SET message_sha256 = m.sha256, message_size = m.size, signed = m.signed
      FROM dispatch.messages m WHERE m.delivery_id = a.delivery_id AND m.route = a.route`);
    await runner.query(`
      UPDATE dispatch.attempts a SET released = r.positions
      FROM (SELECT end_of_data_in, array_agg(position) AS positions FROM dispatch.recipients WHERE end_of_data_in IS NOT NULL GROUP BY 1) r
      WHERE a.id = r.end_of_data_in AND a.outcome IS NULL`);
    // A try that released no end of data no longer has a row.
    await runner.query('DELETE FROM dispatch.attempts WHERE outcome IS NULL AND released IS NULL');
    await runner.query('ALTER TABLE dispatch.recipients DROP COLUMN end_of_data_in');
    await runner.query('DROP TABLE dispatch.messages');
  }

  private async fixLookAtIntake(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dispatch.deliveries
        ADD COLUMN revision int NOT NULL DEFAULT 0, ADD COLUMN message_ids jsonb NOT NULL DEFAULT '{}'`);
    await runner.query('ALTER TABLE dispatch.deliveries RENAME COLUMN composed_at TO dated_at');
    await runner.query(`COMMENT ON COLUMN dispatch.deliveries.revision IS
      'raised by whoever changes its recipients without holding the claim, so that the holder sees that what it has in memory is old'`);
    // Until now both routes had the same Message-ID.
    await runner.query(`
      UPDATE dispatch.deliveries SET message_ids = jsonb_build_object('custom', message_id, 'platform', message_id) WHERE message_id IS NOT NULL`);
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN message_id');
    await runner.query('ALTER TABLE dispatch.attachments ADD COLUMN ref text, ADD COLUMN content_id text');
  }

  private async findDueByLanes(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dispatch.lanes (lane text PRIMARY KEY, next_due_at timestamptz NOT NULL, changes bigint NOT NULL DEFAULT 0)`);
    await runner.query(`COMMENT ON TABLE dispatch.lanes IS
      'lanes with deliveries that nobody holds, and a time at or before which the first of them is due; lanes without any have no row'`);
    await runner.query('CREATE INDEX lanes_due ON dispatch.lanes (next_due_at)');
    await runner.query('DROP INDEX dispatch.deliveries_due');
    await runner.query('CREATE INDEX deliveries_due ON dispatch.deliveries (lane, due_at) WHERE settled_at IS NULL AND claim_id IS NULL');
    await runner.query('CREATE INDEX deliveries_held ON dispatch.deliveries (due_at) WHERE claim_id IS NOT NULL');
    await runner.query('CREATE INDEX deliveries_open ON dispatch.deliveries (team_id, created_at DESC, id DESC) WHERE settled_at IS NULL');
    await runner.query(`
      INSERT INTO dispatch.lanes (lane, next_due_at)
      SELECT lane, min(due_at) FROM dispatch.deliveries WHERE settled_at IS NULL AND claim_id IS NULL GROUP BY lane`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await keepSearchTexts(runner);
    await runner.query('DROP INDEX dispatch.deliveries_open');
    await runner.query('DROP INDEX dispatch.deliveries_held');
    await runner.query('DROP INDEX dispatch.deliveries_due');
    await runner.query('CREATE INDEX deliveries_due ON dispatch.deliveries (lane, due_at) WHERE settled_at IS NULL');
    await runner.query('DROP TABLE dispatch.lanes');
    await runner.query('ALTER TABLE dispatch.attachments DROP COLUMN ref, DROP COLUMN content_id');
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN message_id text');
    await runner.query(`UPDATE dispatch.deliveries SET message_id = message_ids ->> coalesce(route, 'platform')`);
    await runner.query('ALTER TABLE dispatch.deliveries DROP COLUMN revision, DROP COLUMN message_ids');
    await runner.query('ALTER TABLE dispatch.deliveries RENAME COLUMN dated_at TO composed_at');
    await runner.query(`
      CREATE TABLE dispatch.messages (
        delivery_id uuid NOT NULL REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
        route text NOT NULL CHECK (route IN ('custom', 'platform')),
        sha256 text NOT NULL,
        size bigint NOT NULL,
        signed boolean NOT NULL,
        removed_at timestamptz,
        PRIMARY KEY (delivery_id, route)
      )`);
    await runner.query('CREATE INDEX messages_kept ON dispatch.messages (delivery_id) WHERE removed_at IS NULL');
    await runner.query('ALTER TABLE dispatch.recipients ADD COLUMN end_of_data_in uuid REFERENCES dispatch.attempts (id)');
    await runner.query('CREATE INDEX recipients_end_of_data ON dispatch.recipients (end_of_data_in) WHERE end_of_data_in IS NOT NULL');
    await runner.query(`
      UPDATE dispatch.recipients r SET end_of_data_in = a.id
      FROM dispatch.attempts a WHERE a.delivery_id = r.delivery_id AND a.outcome IS NULL AND r.position = ANY(a.released)`);
    await runner.query(
      'ALTER TABLE dispatch.attempts DROP COLUMN released, DROP COLUMN message_sha256, DROP COLUMN message_size, DROP COLUMN signed',
    );
  }
}
