// The first tables of mail-dispatcher: deliveries with their recipients, texts, documents and tries, the outbox, and rejected jobs.
import { type MigrationInterface, type QueryRunner } from 'typeorm';

const STATEMENTS = [
  `
    CREATE TABLE dispatch.deliveries (
      id uuid PRIMARY KEY,
      team_id text NOT NULL,
      key text NOT NULL,
      content_hash text NOT NULL,
      document jsonb NOT NULL,
      requested_by jsonb NOT NULL,
      subject text NOT NULL,
      resend_of uuid REFERENCES dispatch.deliveries (id),
      status text NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'sending', 'waiting', 'sent', 'partly_sent', 'failed', 'uncertain', 'cancelled')),
      route text CHECK (route IN ('custom', 'platform')),
      used_fallback boolean NOT NULL DEFAULT false,
      custom_tries int NOT NULL DEFAULT 0,
      platform_tries int NOT NULL DEFAULT 0,
      look jsonb,
      message_id text,
      composed_at timestamptz,
      recipients_not_shown int NOT NULL DEFAULT 0,
      server_fingerprint text,
      failure jsonb,
      created_at timestamptz NOT NULL DEFAULT now(),
      settled_at timestamptz,
      lane text NOT NULL,
      due_at timestamptz DEFAULT now(),
      claim_id uuid,
      claimed_by text,
      postponements int NOT NULL DEFAULT 0,
      crashes int NOT NULL DEFAULT 0,
      UNIQUE (team_id, key),
      CHECK ((settled_at IS NULL) = (status IN ('queued', 'sending', 'waiting'))),
      CHECK (settled_at IS NULL OR due_at IS NULL)
    )`,
  `COMMENT ON COLUMN dispatch.deliveries.due_at IS
    'when it needs attention next: the next try, or, while claimed, the end of the lease; NULL once settled'`,

  `COMMENT ON COLUMN dispatch.deliveries.lane IS 'team and route that it is heading for: what shares a way out shares its room'`,
  `CREATE INDEX deliveries_due ON dispatch.deliveries (lane, due_at) WHERE settled_at IS NULL`,
  `CREATE INDEX deliveries_newest ON dispatch.deliveries (team_id, id DESC)`,
  `CREATE INDEX deliveries_document ON dispatch.deliveries (team_id, (document ->> 'id'), id DESC)`,
  `
    CREATE TABLE dispatch.contents (
      delivery_id uuid PRIMARY KEY REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
      text text NOT NULL,
      html text
    )`,
  `
    CREATE TABLE dispatch.attachments (
      delivery_id uuid NOT NULL REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
      position int NOT NULL,
      filename text NOT NULL,
      content_type text NOT NULL,
      sha256 text NOT NULL,
      size bigint NOT NULL,
      PRIMARY KEY (delivery_id, position)
    )`,
  `
    CREATE TABLE dispatch.attempts (
      id uuid PRIMARY KEY,
      delivery_id uuid NOT NULL REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
      number int NOT NULL,
      route text NOT NULL CHECK (route IN ('custom', 'platform')),
      claim_id uuid NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now(),
      duration_ms int,
      outcome text CHECK (outcome IN ('accepted', 'partial', 'failed', 'uncertain')),
      stage text,
      code int,
      enhanced_code text,
      reason text,
      reply text,
      server text,
      tls text,
      UNIQUE (delivery_id, number)
    )`,
  `
    CREATE TABLE dispatch.recipients (
      delivery_id uuid NOT NULL REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
      position int NOT NULL,
      address text NOT NULL,
      name text,
      role text NOT NULL CHECK (role IN ('to', 'cc', 'bcc')),
      status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'rejected', 'uncertain', 'cancelled', 'bounced')),
      route text CHECK (route IN ('custom', 'platform')),
      reason text,
      reply text,
      at timestamptz,
      uncertain_ends int NOT NULL DEFAULT 0,
      end_of_data_in uuid REFERENCES dispatch.attempts (id),
      PRIMARY KEY (delivery_id, position)
    )`,
  `COMMENT ON COLUMN dispatch.recipients.end_of_data_in IS
    'the try whose end of data was let go for this recipient and whose answer is not recorded yet'`,
  // Both are for foreign keys: without them, deleting a row would read the whole table.
  `CREATE INDEX recipients_end_of_data ON dispatch.recipients (end_of_data_in) WHERE end_of_data_in IS NOT NULL`,
  `CREATE INDEX deliveries_resend_of ON dispatch.deliveries (resend_of) WHERE resend_of IS NOT NULL`,
  `CREATE INDEX recipients_address ON dispatch.recipients (lower(address))`,
  `
    CREATE TABLE dispatch.messages (
      delivery_id uuid NOT NULL REFERENCES dispatch.deliveries (id) ON DELETE CASCADE,
      route text NOT NULL CHECK (route IN ('custom', 'platform')),
      sha256 text NOT NULL,
      size bigint NOT NULL,
      signed boolean NOT NULL,
      removed_at timestamptz,
      PRIMARY KEY (delivery_id, route)
    )`,
  `CREATE INDEX messages_kept ON dispatch.messages (delivery_id) WHERE removed_at IS NULL`,
  `
    CREATE TABLE dispatch.outbox (
      id uuid PRIMARY KEY,
      payload jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      publish_at timestamptz NOT NULL DEFAULT now(),
      acknowledged_at timestamptz
    )`,
  `CREATE INDEX outbox_open ON dispatch.outbox (publish_at) WHERE acknowledged_at IS NULL`,
  `
    CREATE TABLE dispatch.rejected_jobs (
      id uuid PRIMARY KEY,
      received_at timestamptz NOT NULL DEFAULT now(),
      team_id text,
      key text,
      reason text NOT NULL CHECK (reason IN ('invalid', 'key_conflict', 'team_unknown')),
      errors jsonb NOT NULL,
      payload bytea NOT NULL
    )`,
  `CREATE INDEX rejected_jobs_newest ON dispatch.rejected_jobs (team_id, id DESC)`,
];

export class Deliveries1790000000000 implements MigrationInterface {
  readonly name = 'Deliveries1790000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['rejected_jobs', 'outbox', 'messages', 'recipients', 'attempts', 'attachments', 'contents', 'deliveries']) {
      await runner.query(`DROP TABLE dispatch.${table}`);
    }
  }
}
