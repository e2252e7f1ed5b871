// Limits how much the log has to read: an index by status for open deliveries, and stored counts for past days. Also leaves room for
// updates in tables that are updated often.
import { buildIndex, dropIndex } from '@billing-mail/platform';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The counts of a day are kept once it has been over for an hour. A delivery that is added or changed later invalidates them. */
const LONG_AGO = `now() - interval '1 hour'`;
/** Nobody asks for older days, so removing old deliveries invalidates nothing. */
const STILL_ASKED = `now() - interval '100 days'`;

/**
 * A recipient and a try are written once and changed once, within a second and together with others of the same block. If the block has
 * room for both versions, the change writes no index (a HOT update). In groups of sixteen, 8 % of the changes of tries and 45 % of those of
 * recipients were HOT with a fill factor of 100 %. With 60 %, it was 81 % and 94 %, and the tables were a little smaller, because the room
 * of the first versions is used again. A change of a delivery always changes an index (several contain its state), so a fill factor would
 * gain nothing there. Tables that change all the time are vacuumed after a fixed number of rows instead of a fifth of all rows.
 */
const ROOM: Readonly<Record<string, string>> = {
  recipients: 'fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05',
  attempts: 'fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05',
  // Counting a day is an index-only scan if the visibility map covers the blocks of that day.
  deliveries: 'autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05',
  lanes: 'fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000',
  paced_lanes: 'fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000',
  outbox: 'autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000',
};

export class BoundedReading1800000000320 implements MigrationInterface {
  readonly name = 'BoundedReading1800000000320';
  /** The index is built concurrently, which does not work in a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, {
      name: 'dispatch.deliveries_open_by_status',
      table: 'dispatch.deliveries',
      on: '(team_id, status, created_at DESC, id DESC) WHERE settled_at IS NULL',
    });
    await dropIndex(runner, 'dispatch.deliveries_open');
    await runner.query(`
      CREATE TABLE IF NOT EXISTS dispatch.daily_counts (
        team_id text NOT NULL, day timestamptz NOT NULL, groups jsonb, changes int NOT NULL DEFAULT 0, PRIMARY KEY (team_id, day))`);
    await runner.query(`COMMENT ON TABLE dispatch.daily_counts IS
      'deliveries of a team by quarter of an hour, status and fallback, for days of UTC that are over; made by whoever asks for them first'`);
    await runner.query(`COMMENT ON COLUMN dispatch.daily_counts.groups IS 'NULL: something of that day has changed, count again'`);
    await runner.query(`COMMENT ON COLUMN dispatch.daily_counts.changes IS
      'raised with each such change, so that nobody keeps what was counted before it'`);
    await this.takeBackWhatChanges(runner);
    for (const [table, room] of Object.entries(ROOM)) await runner.query(`ALTER TABLE dispatch.${table} SET (${room})`);
  }

  /**
   * Creates the triggers that invalidate stored counts. For a delivery of the last hour, and for one that was not settled before the
   * change, they only evaluate their conditions.
   */
  private async takeBackWhatChanges(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION dispatch.count_day_again() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE changed dispatch.deliveries;
      BEGIN
        IF TG_OP = 'INSERT' THEN changed := NEW; ELSE changed := OLD; END IF;
        INSERT INTO dispatch.daily_counts AS kept (team_id, day, changes) VALUES (changed.team_id, date_trunc('day', changed.created_at, 'UTC'), 1)
        ON CONFLICT (team_id, day) DO UPDATE SET groups = NULL, changes = kept.changes + 1;
        RETURN NULL;
      END $$`);
    const count = 'FOR EACH ROW WHEN';
    const run = 'EXECUTE FUNCTION dispatch.count_day_again()';
    await runner.query(`
      CREATE OR REPLACE TRIGGER deliveries_count_inserted AFTER INSERT ON dispatch.deliveries
      ${count} (NEW.created_at < ${LONG_AGO} AND NEW.created_at > ${STILL_ASKED}) ${run}`);
    // The counts of a day with an open delivery are not stored, so settling that delivery late invalidates nothing.
    await runner.query(`
      CREATE OR REPLACE TRIGGER deliveries_count_updated AFTER UPDATE OF status, used_fallback ON dispatch.deliveries
      ${count} (OLD.settled_at IS NOT NULL AND OLD.created_at < ${LONG_AGO} AND OLD.created_at > ${STILL_ASKED}
        AND (OLD.status <> NEW.status OR OLD.used_fallback <> NEW.used_fallback)) ${run}`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER deliveries_count_deleted AFTER DELETE ON dispatch.deliveries
      ${count} (OLD.created_at < ${LONG_AGO} AND OLD.created_at > ${STILL_ASKED}) ${run}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, room] of Object.entries(ROOM))
      await runner.query(`ALTER TABLE dispatch.${table} RESET (${room.replaceAll(/ = [\d.]+/g, '')})`);
    for (const change of ['inserted', 'updated', 'deleted'])
      await runner.query(`DROP TRIGGER deliveries_count_${change} ON dispatch.deliveries`);
    await runner.query('DROP FUNCTION dispatch.count_day_again');
    await runner.query('DROP TABLE dispatch.daily_counts');
    await runner.query('CREATE INDEX deliveries_open ON dispatch.deliveries (team_id, created_at DESC, id DESC) WHERE settled_at IS NULL');
    await runner.query('DROP INDEX dispatch.deliveries_open_by_status');
  }
}
