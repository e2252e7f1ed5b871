// The position up to which a user has read everything of a team, so that counting unread notifications skips earlier ones.
import { buildIndex, dropIndex } from '@billing-mail/platform';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class ReadUntil1800000000320 implements MigrationInterface {
  readonly name = 'ReadUntil1800000000320';
  /** The index is built concurrently, which does not work in a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS notify.read_until (
        user_id text NOT NULL,
        team_id text NOT NULL,
        position bigint NOT NULL,
        CONSTRAINT read_until_pk PRIMARY KEY (user_id, team_id)
      )`);
    // Serves the notifications of a user and, with NULL as the user, those of the whole team.
    await buildIndex(runner, {
      name: 'notify.notifications_of_user_in_team',
      table: 'notify.notifications',
      on: '(user_id, team_id, position)',
    });
    await dropIndex(runner, 'notify.notifications_of_team');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX notifications_of_team ON notify.notifications (team_id, position) WHERE user_id IS NULL');
    await runner.query('DROP INDEX notify.notifications_of_user_in_team');
    await runner.query('DROP TABLE notify.read_until');
  }
}
