// The first tables of notification-service: handled events, notifications, what each user has read, and e-mails to send.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

const STATEMENTS = [
  `
    CREATE TABLE notify.processed_events (
      event_id uuid NOT NULL,
      processed_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT processed_events_pk PRIMARY KEY (event_id)
    )`,
  `
    CREATE TABLE notify.rejected_outcomes (
      payload_sha256 text NOT NULL,
      job_id text NOT NULL,
      payload text NOT NULL,
      errors jsonb NOT NULL,
      received_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT rejected_outcomes_pk PRIMARY KEY (payload_sha256)
    )`,
  `
    CREATE TABLE notify.teams (
      team_id text NOT NULL,
      locale text NOT NULL,
      learned_at timestamptz NOT NULL,
      CONSTRAINT teams_pk PRIMARY KEY (team_id)
    )`,
  `
    CREATE TABLE notify.contacts (
      team_id text NOT NULL,
      user_id text NOT NULL,
      email text,
      locale text,
      learned_at timestamptz NOT NULL,
      CONSTRAINT contacts_pk PRIMARY KEY (team_id, user_id)
    )`,
  `CREATE INDEX contacts_of_user ON notify.contacts (user_id)`,
  `
    CREATE TABLE notify.preferences (
      user_id text NOT NULL,
      email text,
      locale text NOT NULL,
      email_channel boolean NOT NULL,
      inbox_channel boolean NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT preferences_pk PRIMARY KEY (user_id)
    )`,
  `
    CREATE TABLE notify.notifications (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      team_id text NOT NULL,
      user_id text,
      type text NOT NULL,
      severity text NOT NULL,
      params jsonb NOT NULL,
      delivery_id text,
      document_id text,
      open_group text,
      count integer NOT NULL DEFAULT 1,
      position bigint,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT notifications_pk PRIMARY KEY (id)
    )`,
  // NULLS NOT DISTINCT (PostgreSQL 15): notifications to the whole team have no user, and of these too only one may be open in each group.
  `
    CREATE UNIQUE INDEX notifications_open_group ON notify.notifications (team_id, open_group, user_id)
      NULLS NOT DISTINCT WHERE open_group IS NOT NULL`,
  `CREATE UNIQUE INDEX notifications_position ON notify.notifications (position)`,
  `CREATE INDEX notifications_of_user ON notify.notifications (user_id, position)`,
  `CREATE INDEX notifications_of_team ON notify.notifications (team_id, position) WHERE user_id IS NULL`,
  `
    CREATE TABLE notify.notification_reads (
      notification_id uuid NOT NULL,
      user_id text NOT NULL,
      read_position bigint NOT NULL,
      read_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT notification_reads_pk PRIMARY KEY (notification_id, user_id),
      CONSTRAINT notification_reads_notification FOREIGN KEY (notification_id)
        REFERENCES notify.notifications (id) ON DELETE CASCADE
    )`,
  `
    CREATE TABLE notify.stream_clock (
      id integer NOT NULL,
      position bigint NOT NULL,
      CONSTRAINT stream_clock_pk PRIMARY KEY (id)
    )`,
  `INSERT INTO notify.stream_clock (id, position) VALUES (1, 0)`,
  `
    CREATE TABLE notify.email_outbox (
      notification_id uuid NOT NULL,
      status text NOT NULL,
      wanted_count integer NOT NULL,
      mailed_count integer NOT NULL DEFAULT 0,
      due_at timestamptz NOT NULL,
      claim_id uuid,
      leased_until timestamptz,
      attempts integer NOT NULL DEFAULT 0,
      failing_since timestamptz,
      last_error text,
      mailed_at timestamptz,
      CONSTRAINT email_outbox_pk PRIMARY KEY (notification_id),
      CONSTRAINT email_outbox_notification FOREIGN KEY (notification_id)
        REFERENCES notify.notifications (id) ON DELETE CASCADE
    )`,
  `CREATE INDEX email_outbox_waiting ON notify.email_outbox (due_at) WHERE status = 'waiting'`,
];

export class Notifications1790000000000 implements MigrationInterface {
  name = 'Notifications1790000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'email_outbox',
      'stream_clock',
      'notification_reads',
      'notifications',
      'preferences',
      'contacts',
      'teams',
      'rejected_outcomes',
      'processed_events',
    ]) {
      await runner.query(`DROP TABLE notify.${table}`);
    }
  }
}
