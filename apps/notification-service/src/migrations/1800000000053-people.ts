// People by name, as the application that they sign in to reports them.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class People1800000000053 implements MigrationInterface {
  readonly name = 'People1800000000053';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE notify.people (
        user_id text NOT NULL,
        name text NOT NULL,
        email text,
        teams jsonb,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT people_pk PRIMARY KEY (user_id)
      )`);
    await runner.query('CREATE INDEX people_of_team ON notify.people USING gin (teams)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE notify.people');
  }
}
