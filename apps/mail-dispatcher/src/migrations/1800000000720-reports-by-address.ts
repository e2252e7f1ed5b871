// Tells reports apart by the address that they name if it is not an address of the recipients.
import { buildIndex, dropIndex } from '@billing-mail/platform';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class ReportsByAddress1800000000720 implements MigrationInterface {
  readonly name = 'ReportsByAddress1800000000720';
  /** The index is built concurrently, which does not work in a transaction. */
  readonly transaction = false;

  /** Until a dispatcher of the previous version is replaced, it answers reports with 451, and their senders repeat them. */
  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, {
      name: 'dispatch.reports_once_by_address',
      table: 'dispatch.reports',
      on: `(delivery_id, coalesce(position::text, '@' || lower(address), ''), kind, coalesce(class, ''))`,
      unique: true,
    });
    await dropIndex(runner, 'dispatch.reports_once');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM dispatch.reports later USING dispatch.reports first
      WHERE later.delivery_id = first.delivery_id AND later.position IS NULL AND first.position IS NULL AND later.kind = first.kind
        AND later.class IS NOT DISTINCT FROM first.class AND later.id > first.id`);
    await runner.query(`
      CREATE UNIQUE INDEX reports_once ON dispatch.reports (delivery_id, coalesce(position, -1), kind, coalesce(class, ''))`);
    await runner.query('DROP INDEX dispatch.reports_once_by_address');
  }
}
