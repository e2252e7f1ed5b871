// Incidents of a team's routes, with the deliveries that they affected; also who cancelled a delivery, and who found out that it has
// arrived.
import { buildIndex } from '@billing-mail/platform';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Incidents1800000000340 implements MigrationInterface {
  readonly name = 'Incidents1800000000340';
  /** The index of deliveries is built concurrently, which does not work in a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS dispatch.incidents (
        id uuid PRIMARY KEY,
        team_id text NOT NULL,
        route text NOT NULL,
        code text NOT NULL,
        server text NOT NULL,
        reply text,
        failures int NOT NULL,
        began_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        opened_at timestamptz,
        told_at timestamptz,
        ended_at timestamptz
      )`);
    await runner.query(`COMMENT ON COLUMN dispatch.incidents.opened_at IS
      'when it was more than a passing failure; NULL until then, and nobody sees it'`);
    await runner.query(`COMMENT ON COLUMN dispatch.incidents.told_at IS 'when the team was told, or did not have to be any more'`);
    await runner.query(`
      CREATE UNIQUE INDEX IF NOT EXISTS incidents_not_ended ON dispatch.incidents (team_id, route, code, server) WHERE ended_at IS NULL`);
    await runner.query(`CREATE INDEX IF NOT EXISTS incidents_of_team ON dispatch.incidents (team_id, id) WHERE opened_at IS NOT NULL`);
    // No foreign key: an incident that never opened is deleted once its route works, and its deliveries keep the id.
    await runner.query('ALTER TABLE dispatch.deliveries ADD COLUMN IF NOT EXISTS incident_id uuid');
    await runner.query(`
      ALTER TABLE dispatch.deliveries ADD COLUMN IF NOT EXISTS cancelled_by text, ADD COLUMN IF NOT EXISTS received_by text, ADD COLUMN IF NOT EXISTS received_at timestamptz,
        ADD COLUMN IF NOT EXISTS received_note text`);
    await buildIndex(runner, {
      name: 'dispatch.deliveries_of_incident',
      table: 'dispatch.deliveries',
      on: '(incident_id) WHERE incident_id IS NOT NULL',
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dispatch.deliveries DROP COLUMN incident_id, DROP COLUMN cancelled_by, DROP COLUMN received_by, DROP COLUMN received_at,
        DROP COLUMN received_note`);
    await runner.query('DROP TABLE dispatch.incidents');
  }
}
