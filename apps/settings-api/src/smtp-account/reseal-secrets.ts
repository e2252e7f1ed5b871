// Seals everything that teams have entrusted to us, passwords and signing keys, with the first key, and then looks whether one is left that is not.
import { type TeamMailSettings } from '@billing-mail/contracts';
import {
  CredentialBox,
  inTransaction,
  type SealContext,
  SealError,
  type SecretKey,
  signingKeyContext,
  smtpPasswordContext,
  Sql,
} from '@billing-mail/platform';
import { type DataSource } from 'typeorm';

/** `left`: teams of whose secrets the first key does not open one, and why; empty when the other keys can be taken out. */
export type Resealed = { secrets: number; moved: number; left: { teamId: string; reason: string }[] };

type Row = Pick<TeamMailSettings, 'teamId' | 'smtp' | 'certificate'>;
type Secret = { sealed: string; context: SealContext; column: 'smtp' | 'certificate'; path: string };

// Read piece by piece, so that a table of any size does.
const ROWS_AT_ONCE = 500;
const COLUMNS = 'team_id AS "teamId", smtp, certificate';

function secretsOf({ teamId, smtp, certificate }: Row): Secret[] {
  const secrets: Secret[] = [];
  if (smtp?.auth.type === 'password') {
    const context = smtpPasswordContext(teamId, { ...smtp, auth: smtp.auth });
    secrets.push({ sealed: smtp.auth.passwordSealed, context, column: 'smtp', path: '{auth,passwordSealed}' });
  }
  const own = certificate?.chain[0];
  if (certificate && own !== undefined) {
    const context = signingKeyContext(teamId, Buffer.from(own, 'base64'));
    secrets.push({ sealed: certificate.keySealed, context, column: 'certificate', path: '{keySealed}' });
  }
  return secrets;
}

/**
 * Safe beside running services and beside itself: a row is locked while its seals are exchanged, and neither its version nor its history change,
 * as nothing that a person set does.
 */
export async function resealSecrets(source: DataSource, keys: readonly SecretKey[]): Promise<Resealed> {
  const box = new CredentialBox(keys);
  let moved = 0;
  for await (const row of rowsWithSecrets(source)) {
    if (secretsOf(row).some(({ sealed }) => box.isOutdated(sealed))) moved += await resealOne(source, box, row.teamId);
  }
  // Asked of the table again, with nothing but the first key: what it opens needs no other.
  const firstKey = new CredentialBox(keys.slice(0, 1));
  const left: Resealed['left'] = [];
  let secrets = 0;
  for await (const row of rowsWithSecrets(source)) {
    for (const secret of secretsOf(row)) {
      secrets += 1;
      const reason = whyLeft(firstKey, secret);
      if (reason !== null) left.push({ teamId: row.teamId, reason });
    }
  }
  return { secrets, moved, left };
}

async function* rowsWithSecrets(source: DataSource): AsyncGenerator<Row> {
  const sql = new Sql(source);
  let after = '';
  for (;;) {
    const rows = await sql.rows<Row>(
      `SELECT ${COLUMNS} FROM settings.team_email_delivery
        WHERE team_id > $1 AND (smtp #>> '{auth,type}' = 'password' OR certificate IS NOT NULL) ORDER BY team_id LIMIT $2`,
      [after, ROWS_AT_ONCE],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.teamId;
  }
}

function resealOne(source: DataSource, box: CredentialBox, teamId: string): Promise<number> {
  return inTransaction(source, async (sql) => {
    const [row] = await sql.rows<Row>(`SELECT ${COLUMNS} FROM settings.team_email_delivery WHERE team_id = $1 FOR UPDATE`, [teamId]);
    let moved = 0;
    // None where it was saved anew or removed meanwhile.
    for (const { sealed, context, column, path } of row === undefined ? [] : secretsOf(row)) {
      const resealed = box.isOutdated(sealed) ? orNull(() => box.reseal(sealed, context)) : null;
      if (resealed === null) continue;
      moved += await sql.affected(
        `UPDATE settings.team_email_delivery SET ${column} = jsonb_set(${column}, '${path}', to_jsonb($2::text)) WHERE team_id = $1`,
        [teamId, resealed],
      );
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

// What can not be opened is named at the end, all of it at once.
function orNull(reseal: () => string): string | null {
  try {
    return reseal();
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
