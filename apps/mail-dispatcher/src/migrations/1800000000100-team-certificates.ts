import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class CertificatesOfTeams1800000000100 implements MigrationInterface {
  readonly name = 'CertificatesOfTeams1800000000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dispatch.certificate_warnings ADD COLUMN team_id text NOT NULL DEFAULT '', DROP CONSTRAINT certificate_warnings_pkey,
        ADD PRIMARY KEY (team_id, not_after, days)`);
    await runner.query(
      `COMMENT ON COLUMN dispatch.certificate_warnings.team_id IS 'whose certificate it is; empty: the one of the platform'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM dispatch.certificate_warnings WHERE team_id <> ''`);
    await runner.query(`
      ALTER TABLE dispatch.certificate_warnings DROP CONSTRAINT certificate_warnings_pkey, DROP COLUMN team_id,
        ADD PRIMARY KEY (not_after, days)`);
  }
}
