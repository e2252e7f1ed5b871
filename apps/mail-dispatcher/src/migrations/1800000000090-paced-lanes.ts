// Lanes whose server has limits: which dispatcher works on each, and what was sent in the last day.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class PacedLanes1800000000090 implements MigrationInterface {
  readonly name = 'PacedLanes1800000000090';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dispatch.paced_lanes (lane text PRIMARY KEY, held_by text NOT NULL, held_until timestamptz NOT NULL)`);
    await runner.query(`
      CREATE TABLE dispatch.paced_sends (
        lane text NOT NULL,
        account text NOT NULL,
        began_at timestamptz NOT NULL,
        messages int NOT NULL,
        recipients int NOT NULL,
        PRIMARY KEY (lane, account, began_at)
      )`);
    await runner.query(`COMMENT ON TABLE dispatch.paced_sends IS
      'what a team has handed to an account of its server, a row for each minute of the last day; account: a hash of server and user name'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dispatch.paced_sends');
    await runner.query('DROP TABLE dispatch.paced_lanes');
  }
}
