import { type MigrationInterface, type QueryRunner } from 'typeorm';

const STATEMENTS = [
  `
    CREATE TABLE notify.webhooks (
      id uuid NOT NULL,
      team_id text NOT NULL,
      url text NOT NULL,
      types text[],
      admins text[] NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      failing_since timestamptz,
      slow boolean NOT NULL DEFAULT false,
      off_at timestamptz,
      off_reason text,
      CONSTRAINT webhooks_pk PRIMARY KEY (id)
    )`,
  'CREATE INDEX webhooks_of_team ON notify.webhooks (team_id)',
  `
    CREATE TABLE notify.webhook_keys (
      id uuid NOT NULL,
      webhook_id uuid NOT NULL,
      public_key text NOT NULL,
      sealed text NOT NULL,
      ends_at timestamptz,
      CONSTRAINT webhook_keys_pk PRIMARY KEY (id),
      CONSTRAINT webhook_keys_webhook FOREIGN KEY (webhook_id) REFERENCES notify.webhooks (id) ON DELETE CASCADE
    )`,
  'CREATE INDEX webhook_keys_of_webhook ON notify.webhook_keys (webhook_id)',
  `
    CREATE TABLE notify.webhook_messages (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      webhook_id uuid NOT NULL,
      event_id uuid NOT NULL,
      team_id text NOT NULL,
      type text NOT NULL,
      delivery_id text,
      document_number text,
      occurred_at timestamptz NOT NULL,
      body text NOT NULL,
      status text NOT NULL,
      failed integer NOT NULL DEFAULT 0,
      tries integer NOT NULL DEFAULT 0,
      due_at timestamptz NOT NULL DEFAULT now(),
      claim_id uuid,
      leased_until timestamptz,
      CONSTRAINT webhook_messages_pk PRIMARY KEY (id),
      CONSTRAINT webhook_messages_once UNIQUE (webhook_id, event_id),
      CONSTRAINT webhook_messages_webhook FOREIGN KEY (webhook_id) REFERENCES notify.webhooks (id) ON DELETE CASCADE
    )`,
  `CREATE INDEX webhook_messages_waiting ON notify.webhook_messages (webhook_id, due_at) WHERE status = 'waiting'`,
  'CREATE INDEX webhook_messages_log ON notify.webhook_messages (webhook_id, occurred_at, id)',
  `
    CREATE TABLE notify.webhook_tries (
      message_id uuid NOT NULL,
      number integer NOT NULL,
      at timestamptz NOT NULL,
      duration_ms integer NOT NULL,
      status integer,
      trouble text,
      answer text,
      CONSTRAINT webhook_tries_pk PRIMARY KEY (message_id, number),
      CONSTRAINT webhook_tries_message FOREIGN KEY (message_id) REFERENCES notify.webhook_messages (id) ON DELETE CASCADE
    )`,
];

/** Webhooks of teams, their keys, their messages and the tries of each. */
export class Webhooks1800000000035 implements MigrationInterface {
  readonly name = 'Webhooks1800000000035';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['webhook_tries', 'webhook_messages', 'webhook_keys', 'webhooks']) await runner.query(`DROP TABLE notify.${table}`);
  }
}
