import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Teams whose notifications are never removed; the dispatcher keeps the reasons. */
export class Keeping1800000000140 implements MigrationInterface {
  readonly name = 'Keeping1800000000140';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE notify.legal_holds (team_id text NOT NULL, CONSTRAINT legal_holds_pk PRIMARY KEY (team_id))');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE notify.legal_holds');
  }
}
