import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The key with which dispatchers make the names of accounts at servers with limits. It stays the same while `SECRET_KEYS` are rotated. */
export class AccountNamingKey1800000000710 implements MigrationInterface {
  readonly name = 'AccountNamingKey1800000000710';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dispatch.account_naming_key (is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), seals text[] NOT NULL)`);
    await runner.query(`COMMENT ON TABLE dispatch.account_naming_key IS
      'one row: the key that the names of accounts in paced_accounts and paced_sends are made with, sealed once with each of SECRET_KEYS'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dispatch.account_naming_key');
  }
}
