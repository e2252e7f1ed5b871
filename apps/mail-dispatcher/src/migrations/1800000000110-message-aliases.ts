// The ids that mail servers gave to messages, by which reports and postmasters name them.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

// The same pattern as in `messageAliasIn` of mail-core.
const IN_BRACKETS = `'^(?:250[ -])?(?:2\\.6\\.0 )?<([^<>\\s@]{1,250}@[^<>\\s@]{1,250})>'`;
const OF_SES = `'^(?:250[ -])?(?:2\\.\\d\\.\\d )?Ok ([0-9a-f]{16}-[0-9a-f-]{36}-[0-9a-f]{6})\\M'`;
const ALIAS = `coalesce(substring(r.reply from ${IN_BRACKETS}), substring(r.reply from ${OF_SES}))`;

export class MessageAliases1800000000110 implements MigrationInterface {
  readonly name = 'MessageAliases1800000000110';

  async up(runner: QueryRunner): Promise<void> {
    // A table of its own: few servers give an id, and an index on the replies would make every change of a recipient more expensive.
    await runner.query(`
      CREATE TABLE dispatch.message_aliases (
        alias text NOT NULL,
        delivery_id uuid NOT NULL REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
        PRIMARY KEY (delivery_id, alias)
      )`);
    await runner.query(`COMMENT ON TABLE dispatch.message_aliases IS
      'Message-IDs, without brackets, that servers gave messages of a delivery in place of ours'`);
    await runner.query(`
      INSERT INTO dispatch.message_aliases (alias, delivery_id)
      SELECT DISTINCT ${ALIAS}, r.delivery_id FROM dispatch.recipients r WHERE r.status = 'accepted' AND ${ALIAS} IS NOT NULL`);
    await runner.query('CREATE INDEX message_aliases_found ON dispatch.message_aliases (alias)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dispatch.message_aliases');
  }
}
