// Adds what the history shows of a change: the first few entries of long lists, and their counts. PostgreSQL computes it when a change is
// written, so that reading a page reads no lists. This migration computes it for earlier changes.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class BoundedHistory1800000000040 implements MigrationInterface {
  readonly name = 'BoundedHistory1800000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION settings.shown_changes(changes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(jsonb_agg(
          CASE WHEN change ? 'added' THEN jsonb_build_object(
            'pointer', change -> 'pointer',
            'added', jsonb_path_query_array(change, '$.added[0 to 4]'), 'addedCount', jsonb_array_length(change -> 'added'),
            'removed', jsonb_path_query_array(change, '$.removed[0 to 4]'), 'removedCount', jsonb_array_length(change -> 'removed'))
          ELSE change END ORDER BY place), '[]')
        FROM jsonb_array_elements(changes) WITH ORDINALITY AS all_changes (change, place)
      $$`);
    // Rows are never updated, so a generated column computes the value of existing rows. A trigger computes it for later rows, because
    // TypeORM requires a table of its own for generated columns.
    await runner.query(`
      ALTER TABLE settings.team_email_delivery_change
        ADD COLUMN shown jsonb NOT NULL GENERATED ALWAYS AS (settings.shown_changes(changes)) STORED`);
    await runner.query('ALTER TABLE settings.team_email_delivery_change ALTER COLUMN shown DROP EXPRESSION');
    await runner.query(`
      CREATE FUNCTION settings.show_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.shown := settings.shown_changes(NEW.changes);
          RETURN NEW;
        END
      $$`);
    await runner.query(`
      CREATE TRIGGER show_changes BEFORE INSERT ON settings.team_email_delivery_change
        FOR EACH ROW EXECUTE FUNCTION settings.show_changes()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER show_changes ON settings.team_email_delivery_change');
    await runner.query('DROP FUNCTION settings.show_changes');
    await runner.query('ALTER TABLE settings.team_email_delivery_change DROP COLUMN shown');
    await runner.query('DROP FUNCTION settings.shown_changes');
  }
}
