// Lets the delivery log find deliveries quickly: indexes for the order by time, and a table with the words of each delivery.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

// Lower case in any language: with the locale C, `lower()` alone would leave umlauts as they are.
const TEXT_OF_DELIVERY = `lower(concat_ws(E'\\n', d.subject, d.document ->> 'number', d.document ->> 'id', r.texts) COLLATE "und-x-icu")`;
const TEXTS_OF_RECIPIENTS = `string_agg(concat_ws(' ', r.name, r.address), E'\\n' ORDER BY r.position) AS texts`;

export class FindDeliveries1795500000000 implements MigrationInterface {
  readonly name = 'FindDeliveries1795500000000';

  async up(runner: QueryRunner): Promise<void> {
    await this.orderByTime(runner);
    await this.keepSearchTexts(runner);
    await runner.query(`
      INSERT INTO dispatch.search_texts (delivery_id, text)
      SELECT d.id, ${TEXT_OF_DELIVERY}
      FROM dispatch.deliveries d LEFT JOIN (SELECT r.delivery_id, ${TEXTS_OF_RECIPIENTS} FROM dispatch.recipients r GROUP BY r.delivery_id) r
        ON r.delivery_id = d.id`);
    // Built after the rows are inserted, which takes a fraction of the time.
    await runner.query(
      `CREATE INDEX search_texts_words ON dispatch.search_texts USING gin (text ${await trigramOperators(runner)}) WITH (gin_pending_list_limit = 512)`,
    );
  }

  /** Ids come from the clocks of several machines; the database has one clock for all. */
  private async orderByTime(runner: QueryRunner): Promise<void> {
    // Includes the columns that statistics count, so that they read the index only.
    await runner.query(
      'CREATE INDEX deliveries_newest_first ON dispatch.deliveries (team_id, created_at DESC, id DESC) INCLUDE (status, used_fallback)',
    );
    await runner.query('DROP INDEX dispatch.deliveries_newest');
    await runner.query(`CREATE INDEX deliveries_of_document ON dispatch.deliveries (team_id, (document ->> 'id'))`);
    await runner.query('DROP INDEX dispatch.deliveries_document');
    // The few deliveries that were not sent; those under way are found by deliveries_due.
    await runner.query(`CREATE INDEX deliveries_not_sent ON dispatch.deliveries (team_id, status, created_at DESC, id DESC)
      WHERE status IN ('partly_sent', 'failed', 'uncertain', 'cancelled')`);
  }

  /**
   * A table of its own: rows of deliveries and recipients change with each try, and each change would be indexed anew. The recipients of a
   * delivery are always written as one list, so the list written last is complete.
   */
  private async keepSearchTexts(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dispatch.search_texts (
        delivery_id uuid PRIMARY KEY REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
        text text NOT NULL
      )`);
    await runner.query(`COMMENT ON TABLE dispatch.search_texts IS
      'what a delivery is found by, in lower case: subject, number and id of the document, names and addresses of the recipients'`);
    await keepSearchTexts(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER recipients_keep_search_texts ON dispatch.recipients');
    await runner.query('DROP FUNCTION dispatch.keep_search_texts');
    await runner.query('DROP TABLE dispatch.search_texts');
    await runner.query('DROP INDEX dispatch.deliveries_not_sent');
    await runner.query(`CREATE INDEX deliveries_document ON dispatch.deliveries (team_id, (document ->> 'id'), id DESC)`);
    await runner.query('DROP INDEX dispatch.deliveries_of_document');
    await runner.query('CREATE INDEX deliveries_newest ON dispatch.deliveries (team_id, id DESC)');
    await runner.query('DROP INDEX dispatch.deliveries_newest_first');
  }
}

/**
 * Creates the trigger that writes the search texts. A later migration writes them by a statement instead, and restores this trigger when it
 * is reverted.
 */
export async function keepSearchTexts(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION dispatch.keep_search_texts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO dispatch.search_texts AS kept (delivery_id, text)
      SELECT d.id, ${TEXT_OF_DELIVERY}
      FROM (SELECT r.delivery_id, ${TEXTS_OF_RECIPIENTS} FROM added r GROUP BY r.delivery_id) r
      JOIN dispatch.deliveries d ON d.id = r.delivery_id
      ON CONFLICT (delivery_id) DO UPDATE SET text = excluded.text WHERE kept.text <> excluded.text;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER recipients_keep_search_texts AFTER INSERT ON dispatch.recipients
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION dispatch.keep_search_texts()`);
}

/** The operator class of pg_trgm with its schema, as the extension may have been installed before in any schema. */
async function trigramOperators(runner: QueryRunner): Promise<string> {
  // A trusted extension: a role that may create schemas in the database may create it.
  await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA dispatch');
  const [extension] = (await runner.query(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'`,
  )) as { schema: string }[];
  if (extension === undefined) throw new Error('pg_trgm was created and is not there.');
  return `${extension.schema}.gin_trgm_ops`;
}
