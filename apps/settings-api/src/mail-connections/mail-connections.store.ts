// All SQL for connected mailboxes and for the sign-ins that connect them.
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConnectionOfSettings, type ConnectionTrouble, type MailProviderName } from '@billing-mail/contracts';
import { Sql } from '@billing-mail/platform';

export type MailConnection = {
  teamId: string;
  id: string;
  provider: MailProviderName;
  issuer: string;
  clientId: string | null;
  grant: 'delegated' | 'app';
  mailbox: string;
  /** User name for the sign-in at the mail server: the person to whom the token was issued; `null` if it is the mailbox itself. */
  username: string | null;
  /** Mail servers to which the tokens of this connection may be sent. */
  hosts: string[];
  scope: string;
  clientSecretSealed: string | null;
  refreshTokenSealed: string | null;
  accessTokenSealed: string | null;
  accessTokenSha256: string | null;
  /** Time until the access token expires, by the clock of the database, which all processes share; `null` if there is no token. */
  accessTokenLeftMs: number | null;
  connectedBy: string;
  connectedAt: Date;
  trouble: ConnectionTrouble | null;
  troubleSince: Date | null;
  /** Time since the provider was last asked about the trouble. */
  troubleAgeMs: number | null;
};
export type NewConnection = Pick<
  MailConnection,
  'teamId' | 'provider' | 'issuer' | 'clientId' | 'grant' | 'mailbox' | 'username' | 'hosts' | 'scope' | 'connectedBy'
>;
export type NewTokens = { refreshTokenSealed: string | null; accessTokenSealed: string; accessTokenSha256: string; lifeMs: number };

/** What a person wants to connect by a sign-in. */
type WantedConnection = Pick<MailConnection, 'provider' | 'issuer' | 'clientId' | 'hosts' | 'scope'> & { mailbox: string | null };
export type SignIn = {
  stateHash: Buffer;
  browserHash: Buffer;
  teamId: string;
  userId: string;
  wanted: WantedConnection;
  secretsSealed: string;
};

/** Long enough to sign in, including looking up a password and a second factor. */
const SIGN_IN_TIME = `interval '10 minutes'`;

export const FORGET_ENDED_SIGN_INS = 'DELETE FROM settings.mail_sign_ins WHERE ends_at < now()';

const COLUMNS = `team_id AS "teamId", id, provider, issuer, client_id AS "clientId", grant_kind AS "grant", mailbox, username, hosts, scope,
  client_secret_sealed AS "clientSecretSealed", refresh_token_sealed AS "refreshTokenSealed", access_token_sealed AS "accessTokenSealed",
  access_token_sha256 AS "accessTokenSha256",
  floor(extract(epoch FROM access_token_ends_at - clock_timestamp()) * 1000)::float8 AS "accessTokenLeftMs",
  connected_by AS "connectedBy", connected_at AS "connectedAt", trouble, trouble_since AS "troubleSince",
  floor(extract(epoch FROM clock_timestamp() - trouble_asked_at) * 1000)::float8 AS "troubleAgeMs"`;

@Injectable()
export class MailConnectionsStore {
  constructor(private readonly sql: Sql) {}

  async find(teamId: string): Promise<MailConnection | null> {
    const [row] = await this.sql.rows<MailConnection>(`SELECT ${COLUMNS} FROM settings.mail_connections WHERE team_id = $1`, [teamId]);
    return row ?? null;
  }

  /** Stores the connection of the team. Returns the connection that it replaces, or `null` if there was none. */
  async put(connection: NewConnection, clientSecretSealed: string | null, tokens: NewTokens): Promise<MailConnection | null> {
    return this.sql.transaction(async (sql) => {
      const [before] = await sql.rows<MailConnection>(`SELECT ${COLUMNS} FROM settings.mail_connections WHERE team_id = $1 FOR UPDATE`, [
        connection.teamId,
      ]);
      await sql.affected(
        `INSERT INTO settings.mail_connections AS known (team_id, id, provider, issuer, client_id, grant_kind, mailbox, hosts, scope, client_secret_sealed,
           refresh_token_sealed, access_token_sealed, access_token_sha256, access_token_ends_at, connected_by, username)
         VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now() + $13 * interval '1 millisecond', $14, $15)
         ON CONFLICT (team_id) DO UPDATE SET id = excluded.id, provider = excluded.provider, issuer = excluded.issuer,
           client_id = excluded.client_id, grant_kind = excluded.grant_kind, mailbox = excluded.mailbox, username = excluded.username, hosts = excluded.hosts,
           scope = excluded.scope, client_secret_sealed = excluded.client_secret_sealed, refresh_token_sealed = excluded.refresh_token_sealed,
           access_token_sealed = excluded.access_token_sealed, access_token_sha256 = excluded.access_token_sha256,
           access_token_ends_at = excluded.access_token_ends_at, connected_by = excluded.connected_by, connected_at = now(),
           trouble = NULL, trouble_since = NULL, trouble_asked_at = NULL`,
        [
          ...[connection.teamId, connection.provider, connection.issuer, connection.clientId, connection.grant, connection.mailbox],
          ...[connection.hosts, connection.scope, clientSecretSealed, tokens.refreshTokenSealed],
          ...[tokens.accessTokenSealed, tokens.accessTokenSha256, tokens.lifeMs, connection.connectedBy, connection.username],
        ],
      );
      return before ?? null;
    });
  }

  async remove(teamId: string): Promise<MailConnection | null> {
    const [row] = await this.sql.rows<MailConnection>(`DELETE FROM settings.mail_connections WHERE team_id = $1 RETURNING ${COLUMNS}`, [
      teamId,
    ]);
    return row ?? null;
  }

  async beginSignIn({ stateHash, browserHash, teamId, userId, wanted, secretsSealed }: SignIn): Promise<void> {
    await this.sql.affected(FORGET_ENDED_SIGN_INS);
    await this.sql.affected(`INSERT INTO settings.mail_sign_ins VALUES ($1, $2, $3, $4, $5, $6, now() + ${SIGN_IN_TIME})`, [
      stateHash,
      browserHash,
      teamId,
      userId,
      JSON.stringify(wanted),
      secretsSealed,
    ]);
  }

  /** Takes a sign-in out of the table, so that each can be used only once. Returns `null` if its time is over. */
  async takeSignIn(stateHash: Buffer): Promise<SignIn | null> {
    const [row] = await this.sql.rows<SignIn & { isInTime: boolean }>(
      `DELETE FROM settings.mail_sign_ins WHERE state_sha256 = $1
       RETURNING state_sha256 AS "stateHash", browser_sha256 AS "browserHash", team_id AS "teamId", user_id AS "userId", wanted,
         secrets_sealed AS "secretsSealed", ends_at >= now() AS "isInTime"`,
      [stateHash],
    );
    return row?.isInTime === true ? row : null;
  }

  /**
   * Runs `work` in a transaction that locks the connection, so that no other process works on it meanwhile. Throws if the lock is not free
   * within `waitMs`.
   */
  locked<T>(teamId: string, waitMs: number, work: (connection: MailConnection | null, write: ConnectionWriter) => Promise<T>): Promise<T> {
    return this.sql.transaction(async (sql) => {
      await sql.rows(`SELECT set_config('lock_timeout', $1, true)`, [`${waitMs}ms`]);
      const [row] = await sql.rows<MailConnection>(`SELECT ${COLUMNS} FROM settings.mail_connections WHERE team_id = $1 FOR UPDATE`, [
        teamId,
      ]);
      return work(row ?? null, new ConnectionWriter(sql));
    });
  }

  /** The version of the team's settings, for the announcement of a change. */
  async settingsVersion(teamId: string): Promise<number | null> {
    const [row] = await this.sql.rows<{ version: number }>('SELECT version FROM settings.team_email_delivery WHERE team_id = $1', [teamId]);
    return row?.version ?? null;
  }

  writer(): ConnectionWriter {
    return new ConnectionWriter(this.sql);
  }
}

type ReadConnection = Pick<MailConnection, 'id' | 'accessTokenSha256'>;

/** Writes the answers of a provider if the connection is still the same. */
export class ConnectionWriter {
  constructor(private readonly sql: Sql) {}

  /** Replaces the tokens only if they are still the ones that were read, so that a late answer does not overwrite a newer refresh token. */
  async tokens({ id, accessTokenSha256: readSha256 }: ReadConnection, tokens: NewTokens): Promise<void> {
    const { refreshTokenSealed, accessTokenSealed, accessTokenSha256, lifeMs } = tokens;
    // Compares the hash of the token and not its seal, because a key rotation changes the seal.
    await this.sql.affected(
      `UPDATE settings.mail_connections SET refresh_token_sealed = coalesce($2, refresh_token_sealed), access_token_sealed = $3,
         access_token_sha256 = $4, access_token_ends_at = clock_timestamp() + $5 * interval '1 millisecond',
         trouble = NULL, trouble_since = NULL, trouble_asked_at = NULL
       WHERE id = $1 AND access_token_sha256 IS NOT DISTINCT FROM $6`,
      [id, refreshTokenSealed, accessTokenSealed, accessTokenSha256, lifeMs, readSha256],
    );
  }

  async trouble(connectionId: string, trouble: ConnectionTrouble): Promise<void> {
    await this.sql.affected(
      `UPDATE settings.mail_connections SET trouble = $2, trouble_since = coalesce(trouble_since, now()), trouble_asked_at = clock_timestamp()
       WHERE id = $1`,
      [connectionId, trouble],
    );
  }
}

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export const summaryOf = ({
  id,
  provider,
  mailbox,
  username,
  connectedAt,
  trouble,
  troubleSince,
}: MailConnection): ConnectionOfSettings => ({
  ...{ id, provider, mailbox, connectedAt: connectedAt.toISOString() },
  ...(username === null ? {} : { username }),
  trouble: trouble === null ? null : { code: trouble, since: (troubleSince ?? connectedAt).toISOString() },
});
