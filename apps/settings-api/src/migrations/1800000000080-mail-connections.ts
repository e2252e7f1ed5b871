import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class MailConnections1800000000080 implements MigrationInterface {
  readonly name = 'MailConnections1800000000080';

  async up(runner: QueryRunner): Promise<void> {
    // Sealed columns hold text of the credential box of libs/platform; without SECRET_KEYS nothing of it can be read.
    await runner.query(`
      CREATE TABLE settings.mail_connections (
        team_id text NOT NULL,
        id uuid NOT NULL,
        provider text NOT NULL,
        issuer text NOT NULL,
        client_id text,
        grant_kind text NOT NULL,
        mailbox text NOT NULL,
        hosts text[] NOT NULL,
        scope text NOT NULL,
        client_secret_sealed text,
        refresh_token_sealed text,
        access_token_sealed text,
        access_token_sha256 text,
        access_token_ends_at timestamptz,
        connected_by text NOT NULL,
        connected_at timestamptz NOT NULL DEFAULT now(),
        trouble text,
        trouble_since timestamptz,
        trouble_asked_at timestamptz,
        CONSTRAINT mail_connections_pk PRIMARY KEY (team_id),
        CONSTRAINT mail_connections_grant_has_its_secret CHECK (
          (grant_kind = 'delegated' AND refresh_token_sealed IS NOT NULL) OR grant_kind = 'app')
      )`);
    // Sign-ins that were begun. A row is deleted when the browser returns, or after ten minutes when the next sign-in begins.
    await runner.query(`
      CREATE TABLE settings.mail_sign_ins (
        state_sha256 bytea NOT NULL,
        browser_sha256 bytea NOT NULL,
        team_id text NOT NULL,
        user_id text NOT NULL,
        wanted jsonb NOT NULL,
        secrets_sealed text NOT NULL,
        ends_at timestamptz NOT NULL,
        CONSTRAINT mail_sign_ins_pk PRIMARY KEY (state_sha256)
      )`);
    await runner.query('CREATE INDEX mail_sign_ins_of_team ON settings.mail_sign_ins (team_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE settings.mail_sign_ins');
    await runner.query('DROP TABLE settings.mail_connections');
  }
}
