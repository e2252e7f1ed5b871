// Seals every stored password with the first key and for its whole account, and then looks whether one is left that is not.
import { CredentialBox, type SecretKey, SealError, smtpPasswordContext, Sql, inTransaction } from '@billing-mail/platform';
import { type DataSource } from 'typeorm';

/** `left`: teams whose password the first key does not open, and why; empty when the other keys can be taken out. */
export type Resealed = { passwords: number; moved: number; left: { teamId: string; reason: string }[] };

type Account = { host: string; port: number; security: string; auth: { username: string; passwordSealed: string } };
type Row = { teamId: string; smtp: Account };

// Read piece by piece, so that a table of any size does.
const ROWS_AT_ONCE = 500;

/**
 * Safe beside running services and beside itself: a row is locked while its seal is exchanged, and neither its version nor its history change,
 * as nothing that a person set does.
 */
export async function resealPasswords(source: DataSource, keys: readonly SecretKey[]): Promise<Resealed> {
  const box = new CredentialBox(keys);
  let moved = 0;
  for await (const { teamId, smtp } of rowsWithPassword(source)) {
    if (box.isOutdated(smtp.auth.passwordSealed)) moved += await resealOne(source, box, teamId);
  }
  // Asked of the table again, with nothing but the first key: what it opens needs no other.
  const firstKey = new CredentialBox(keys.slice(0, 1));
  const left: Resealed['left'] = [];
  let passwords = 0;
  for await (const row of rowsWithPassword(source)) {
    passwords += 1;
    const reason = whyLeft(firstKey, row);
    if (reason !== null) left.push({ teamId: row.teamId, reason });
  }
  return { passwords, moved, left };
}

async function* rowsWithPassword(source: DataSource): AsyncGenerator<Row> {
  const sql = new Sql(source);
  let after = '';
  for (;;) {
    const rows = await sql.rows<Row>(
      `SELECT team_id AS "teamId", smtp FROM settings.team_email_delivery
        WHERE team_id > $1 AND smtp #>> '{auth,type}' = 'password' ORDER BY team_id LIMIT $2`,
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
    const [row] = await sql.rows<{ smtp: Account | null }>('SELECT smtp FROM settings.team_email_delivery WHERE team_id = $1 FOR UPDATE', [
      teamId,
    ]);
    const sealed = row?.smtp?.auth.passwordSealed;
    // Saved anew or removed meanwhile.
    if (!row?.smtp || sealed === undefined || !box.isOutdated(sealed)) return 0;
    const resealed = orNull(() => box.reseal(sealed, smtpPasswordContext(teamId, row.smtp as Account)));
    if (resealed === null) return 0;
    return sql.affected(
      `UPDATE settings.team_email_delivery SET smtp = jsonb_set(smtp, '{auth,passwordSealed}', to_jsonb($2::text)) WHERE team_id = $1`,
      [teamId, resealed],
    );
  });
}

function whyLeft(firstKey: CredentialBox, { teamId, smtp }: Row): string | null {
  const { passwordSealed } = smtp.auth;
  try {
    firstKey.open(passwordSealed, smtpPasswordContext(teamId, smtp));
    return firstKey.isOutdated(passwordSealed) ? 'The value is sealed in the earlier format.' : null;
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
