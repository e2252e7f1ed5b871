// Confirmations are looked up by code, user and age only; e-mails to one address are counted in Redis.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class NoUnusedIndex1800000000120 implements MigrationInterface {
  name = 'NoUnusedIndex1800000000120';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX notify.address_confirmations_of_email`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX address_confirmations_of_email ON notify.address_confirmations (email)`);
  }
}
