import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { senderNames } from '../email-delivery/sender-names.js';
import { keepNames } from '../email-delivery/team-names.store.js';

type Row = { teamId: string; companyName: string; fromName: string | null };
const ROWS_A_TIME = 1000;

export class TeamNames1800000000050 implements MigrationInterface {
  readonly name = 'TeamNames1800000000050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE settings.team_name (
        skeleton_sha256 bytea NOT NULL,
        team_id text NOT NULL,
        CONSTRAINT team_name_pk PRIMARY KEY (skeleton_sha256, team_id)
      )`);
    await runner.query('CREATE INDEX team_name_of_team ON settings.team_name (team_id)');
    // Skeletons need the tables of Unicode, which PostgreSQL does not have.
    for (let after = '', rows: Row[] = await page(runner, after); rows.length > 0; rows = await page(runner, after)) {
      for (const { teamId, companyName, fromName } of rows) {
        await keepNames(runner.manager, teamId, senderNames({ companyName, smtp: { fromName: fromName ?? undefined } }));
        after = teamId;
      }
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE settings.team_name');
  }
}

const page = (runner: QueryRunner, after: string): Promise<Row[]> =>
  runner.query(
    `SELECT team_id AS "teamId", company_name AS "companyName", smtp ->> 'fromName' AS "fromName"
     FROM settings.team_email_delivery WHERE team_id > $1 ORDER BY team_id LIMIT ${ROWS_A_TIME}`,
    [after],
  ) as Promise<Row[]>;
