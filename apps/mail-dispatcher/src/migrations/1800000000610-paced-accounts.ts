// Accounts at servers with limits: which dispatcher sends through each account, for any team, and what all teams have sent.
import { buildIndex, dropIndex } from '@billing-mail/platform';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class PacedAccounts1800000000610 implements MigrationInterface {
  readonly name = 'PacedAccounts1800000000610';
  /** The index is built concurrently, which does not work in a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS dispatch.paced_accounts (account text PRIMARY KEY, held_by text NOT NULL, held_until timestamptz NOT NULL)
      WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`);
    await buildIndex(runner, { name: 'dispatch.paced_sends_account', table: 'dispatch.paced_sends', on: '(account, began_at)' });
    await runner.query(`COMMENT ON TABLE dispatch.paced_lanes IS
      'used by dispatchers of the version before accounts were counted over all teams, which may run beside newer ones while they are replaced'`);
    await runner.query(`COMMENT ON TABLE dispatch.paced_sends IS
      'what a team has handed to an account, a row for each minute of the last day; account: a keyed hash of server, user name and password'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'dispatch.paced_sends_account');
    await runner.query('DROP TABLE dispatch.paced_accounts');
  }
}
