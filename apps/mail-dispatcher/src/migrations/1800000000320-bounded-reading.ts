// What the log reads stays bounded: what waits by its status, and the days that are over by their counts. And room in the tables that change.
import { buildIndex, dropIndex } from '@billing-mail/platform';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Counts of a day are kept once it has been over for an hour; what came into it later or changed takes them back. */
const LONG_AGO = `now() - interval '1 hour'`;
/** Nobody asks for older ones, so that clearing away what is old takes nothing back. */
const STILL_ASKED = `now() - interval '100 days'`;

/**
 * A recipient and a try are written once and changed once, within a second and with others of the same block: where that has room for both
 * versions, no index is written for the change. In groups of sixteen 8 % of the tries' changes and 45 % of the recipients' found room at 100 %, 81 % and
 * 94 % at 60 %, and the tables were a little smaller, as the room of the first version is used again. Each change of a delivery is one of an index
 * (its state is in several), so room would gain nothing there. What changes all the time is tidied after so many rows, and not after a fifth of what there is.
 */
const ROOM: Readonly<Record<string, string>> = {
  recipients: 'fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05',
  attempts: 'fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05',
  // The counts of a day read its index alone where the blocks of the day are known to be visible.
  deliveries: 'autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05',
  lanes: 'fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000',
  paced_lanes: 'fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000',
  outbox: 'autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000',
};

export class BoundedReading1800000000320 implements MigrationInterface {
  readonly name = 'BoundedReading1800000000320';
  /** The index is built beside those who write. */
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

  /** The conditions are all that a delivery of the last hour meets of this, and one that waits for longer. */
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
    // A day with something open is not kept, so that settling it late changes no counts.
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
