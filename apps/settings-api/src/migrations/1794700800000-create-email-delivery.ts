import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class CreateEmailDelivery1794700800000 implements MigrationInterface {
  readonly name = 'CreateEmailDelivery1794700800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE settings.team_email_delivery (
        team_id text PRIMARY KEY,
        version integer NOT NULL,
        company_name text NOT NULL,
        reply_to text,
        locale text NOT NULL,
        cc jsonb NOT NULL,
        bcc jsonb NOT NULL,
        sender text NOT NULL,
        smtp jsonb,
        fallback boolean NOT NULL,
        notify_user_ids jsonb NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text NOT NULL,
        CONSTRAINT team_email_delivery_custom_has_server CHECK (sender = 'platform' OR smtp IS NOT NULL)
      )`);
    // One row for each version: the primary key makes lost or doubled versions impossible, and a trigger keeps rows from being changed.
    await runner.query(`
      CREATE TABLE settings.team_email_delivery_change (
        team_id text NOT NULL,
        version integer NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        changes jsonb NOT NULL,
        PRIMARY KEY (team_id, version)
      )`);
    await runner.query(`
      CREATE FUNCTION settings.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'the history of settings is append-only';
      END $$`);
    await runner.query(`
      CREATE TRIGGER team_email_delivery_change_is_append_only
      BEFORE UPDATE OR DELETE OR TRUNCATE ON settings.team_email_delivery_change
      FOR EACH STATEMENT EXECUTE FUNCTION settings.refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE settings.team_email_delivery_change');
    await runner.query('DROP FUNCTION settings.refuse_change');
    await runner.query('DROP TABLE settings.team_email_delivery');
  }
}
