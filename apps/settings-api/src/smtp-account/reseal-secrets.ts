// Seals all stored secrets of teams with the first key, and then checks whether any secret still needs another key.
import { type TeamMailSettings } from '@billing-mail/contracts';
import {
  clientKeyContext,
  type ConnectionIdentity,
  type ConnectionSecret,
  CredentialBox,
  mailConnectionContext,
  mailSignInContext,
  orNullIfSealed,
  type SealContext,
  SealError,
  type SecretKey,
  signingKeyContext,
  smtpPasswordContext,
  Sql,
} from '@billing-mail/platform';
import { type DataSource } from 'typeorm';
import { FORGET_ENDED_SIGN_INS } from '../mail-connections/mail-connections.store.js';

/** `left`: teams with a secret that the first key does not open, and why. If it is empty, the other keys can be removed. */
export type Resealed = { secrets: number; moved: number; left: { teamId: string; reason: string }[] };

/** `exchange`: the assignment of an UPDATE that replaces the seal by `$2`. */
type Secret = { sealed: string; context: SealContext; exchange: string };
/** A table with secrets of teams. `key` is SQL that identifies a row, as text; `rows` selects it as `key`. */
type SealedTable<Row> = { rows: string; key: string; update: string; secretsOf: (row: Row) => Secret[] };
type SealedRow = { teamId: string; key: string };

type SettingsRow = SealedRow & Pick<TeamMailSettings, 'teamId' | 'smtp' | 'certificate'>;
const SETTINGS: SealedTable<SettingsRow> = {
  rows: 'SELECT team_id AS "teamId", team_id AS key, smtp, certificate FROM settings.team_email_delivery',
  key: 'team_id',
  update: 'UPDATE settings.team_email_delivery',
  secretsOf: ({ teamId, smtp, certificate }) => {
    const secrets: Secret[] = [];
    if (smtp?.auth.type === 'password') {
      const context = smtpPasswordContext(teamId, { ...smtp, auth: smtp.auth });
      secrets.push({ sealed: smtp.auth.passwordSealed, context, exchange: exchangeIn('smtp', '{auth,passwordSealed}') });
    }
    const client = smtp?.tls?.clientCertificate;
    const shown = client?.chain[0];
    if (client && shown !== undefined) {
      const context = clientKeyContext(teamId, Buffer.from(shown, 'base64'));
      secrets.push({ sealed: client.keySealed, context, exchange: exchangeIn('smtp', '{tls,clientCertificate,keySealed}') });
    }
    const own = certificate?.chain[0];
    if (certificate && own !== undefined) {
      const context = signingKeyContext(teamId, Buffer.from(own, 'base64'));
      secrets.push({ sealed: certificate.keySealed, context, exchange: exchangeIn('certificate', '{keySealed}') });
    }
    return secrets;
  },
};
const exchangeIn = (column: string, path: string): string => `${column} = jsonb_set(${column}, '${path}', to_jsonb($2::text))`;

type ConnectionRow = SealedRow & ConnectionIdentity & Record<ConnectionSecret, string | null>;
const CONNECTION_SECRETS: readonly ConnectionSecret[] = ['client_secret', 'refresh_token', 'access_token'];
const CONNECTIONS: SealedTable<ConnectionRow> = {
  rows: `SELECT team_id AS "teamId", team_id AS key, provider, issuer, client_id AS "clientId", mailbox, client_secret_sealed AS client_secret,
           refresh_token_sealed AS refresh_token, access_token_sealed AS access_token FROM settings.mail_connections`,
  key: 'team_id',
  update: 'UPDATE settings.mail_connections',
  secretsOf: (row) =>
    CONNECTION_SECRETS.flatMap((secret) => {
      const sealed = row[secret];
      if (sealed === null) return [];
      return [{ sealed, context: mailConnectionContext(row.teamId, secret, row), exchange: `${secret}_sealed = $2` }];
    }),
};

/** Sign-ins that are under way; a team may have several. Each holds the secret of the team's app. */
const SIGN_INS: SealedTable<SealedRow & { sealed: string }> = {
  rows: `SELECT team_id AS "teamId", encode(state_sha256, 'hex') AS key, secrets_sealed AS sealed FROM settings.mail_sign_ins`,
  key: `encode(state_sha256, 'hex')`,
  update: 'UPDATE settings.mail_sign_ins',
  secretsOf: ({ teamId, key, sealed }) => [{ sealed, context: mailSignInContext(teamId, key), exchange: 'secrets_sealed = $2' }],
};

// Read in pages, so that the table may have any size.
const ROWS_AT_ONCE = 500;

/**
 * Seals all secrets with the first key. May run while services run, and several times at once: a row is locked while its seals are
 * replaced. Version and history of the settings stay as they are, because no user changes anything.
 */
export async function resealSecrets(source: DataSource, keys: readonly SecretKey[]): Promise<Resealed> {
  const sql = new Sql(source);
  // An ended sign-in is never completed, so it needs no key.
  await sql.affected(FORGET_ENDED_SIGN_INS);
  const tables = [
    await resealTable(sql, keys, SETTINGS),
    await resealTable(sql, keys, CONNECTIONS),
    await resealTable(sql, keys, SIGN_INS),
  ];
  return {
    secrets: tables.reduce((sum, { secrets }) => sum + secrets, 0),
    moved: tables.reduce((sum, { moved }) => sum + moved, 0),
    left: tables.flatMap(({ left }) => left),
  };
}

async function resealTable<Row extends SealedRow>(sql: Sql, keys: readonly SecretKey[], table: SealedTable<Row>): Promise<Resealed> {
  const box = new CredentialBox(keys);
  let moved = 0;
  for await (const row of rowsOf(sql, table))
    if (table.secretsOf(row).some(({ sealed }) => box.isOutdated(sealed))) moved += await resealRow(sql, box, table, row.key);
  // Reads the table again with only the first key: a secret that it opens needs no other key.
  const firstKey = new CredentialBox(keys.slice(0, 1));
  const left: Resealed['left'] = [];
  let secrets = 0;
  for await (const row of rowsOf(sql, table)) {
    const reasons = table.secretsOf(row).map((secret) => whyLeft(firstKey, secret));
    secrets += reasons.length;
    const reason = reasons.find((each) => each !== null);
    if (reason !== undefined) left.push({ teamId: row.teamId, reason });
  }
  return { secrets, moved, left };
}

async function* rowsOf<Row extends SealedRow>(sql: Sql, { rows, key }: SealedTable<Row>): AsyncGenerator<Row> {
  for (let after = ''; ;) {
    const page = await sql.rows<Row>(`${rows} WHERE ${key} > $1 ORDER BY ${key} LIMIT $2`, [after, ROWS_AT_ONCE]);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

function resealRow<Row extends SealedRow>(
  sql: Sql,
  box: CredentialBox,
  { rows, key, update, secretsOf }: SealedTable<Row>,
  rowKey: string,
): Promise<number> {
  return sql.transaction(async (tx) => {
    const [row] = await tx.rows<Row>(`${rows} WHERE ${key} = $1 FOR UPDATE`, [rowKey]);
    let moved = 0;
    // No secret is outdated if the row was saved or removed meanwhile.
    for (const { sealed, context, exchange } of row === undefined ? [] : secretsOf(row)) {
      // Secrets that can't be opened are reported together at the end.
      const resealed = box.isOutdated(sealed) ? orNullIfSealed(() => box.reseal(sealed, context)) : null;
      if (resealed === null) continue;
      moved += await tx.affected(`${update} SET ${exchange} WHERE ${key} = $1`, [rowKey, resealed]);
    }
    return moved;
  });
}

function whyLeft(firstKey: CredentialBox, { sealed, context }: Secret): string | null {
  try {
    firstKey.open(sealed, context);
    return firstKey.isOutdated(sealed) ? 'The value is sealed in the earlier format.' : null;
  } catch (error) {
    if (error instanceof SealError) return error.message;
    throw error;
  }
}
