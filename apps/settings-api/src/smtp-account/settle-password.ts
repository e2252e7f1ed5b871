// Decides what becomes of a team's SMTP password when its settings are replaced: kept, set, replaced, removed, or asked for.
import { type FieldError, type SmtpInput, type TeamMailSettings } from '@billing-mail/contracts';
import { type CredentialBox, SealError } from '@billing-mail/platform';

/** The field that the seal is bound to; whoever opens it (mail-dispatcher) must name the same. */
export const SMTP_PASSWORD_FIELD = 'smtp.password';

type StoredServer = NonNullable<TeamMailSettings['smtp']>;
type Account = Pick<StoredServer, 'host' | 'port' | 'security'> & { auth: { type: 'password'; username: string } };

/** `sealed` is null where there is no password; `change` is what the history says. */
export type SettledPassword = { sealed: string | null; change: 'none' | 'set' | 'replaced' | 'removed' } | { error: FieldError };

/** The sealed password that belongs to `input`, given what is stored. A stored one is never carried to another server or user. */
export function settlePassword(
  teamId: string,
  input: SmtpInput | null,
  stored: TeamMailSettings['smtp'],
  box: CredentialBox,
): SettledPassword {
  const before = stored?.auth.type === 'password' ? stored.auth.passwordSealed : null;
  if (input?.auth.type !== 'password') return { sealed: null, change: before === null ? 'none' : 'removed' };
  const context = { teamId, field: SMTP_PASSWORD_FIELD };
  const { password, username } = input.auth;
  if (password !== undefined) {
    if (before === null) return { sealed: box.seal(password, context), change: 'set' };
    if (openOrNull(box, before, context) === password) return { sealed: refresh(box, before, password, context), change: 'none' };
    return { sealed: box.seal(password, context), change: 'replaced' };
  }
  const reason = whyPasswordIsNeeded({ ...input, auth: { type: 'password', username } }, stored);
  if (reason !== null) return { error: { pointer: '/smtp/auth/password', message: reason } };
  const clear = before === null ? null : openOrNull(box, before, context);
  return { sealed: before === null || clear === null ? before : refresh(box, before, clear, context), change: 'none' };
}

/** Why the stored password may not be used for `account`, in words for who left it out; `null` when it may. */
export function whyPasswordIsNeeded(account: Account, stored: TeamMailSettings['smtp']): string | null {
  if (stored?.auth.type !== 'password') return 'is needed: none is stored yet';
  const changed = [
    ...(account.host === stored.host ? [] : ['host']),
    ...(account.port === stored.port ? [] : ['port']),
    ...(account.auth.username === stored.auth.username ? [] : ['user name']),
    // The port of "tls" never speaks in clear; with "starttls" the first words do.
    ...(stored.security === 'tls' && account.security !== 'tls' ? ['security'] : []),
  ];
  if (changed.length === 0) return null;
  return `is needed again because the ${changed.join(' and ')} changed: a stored password is never sent anywhere else`;
}

// A key that was dropped from SECRET_KEYS must not block other changes: the seal stays as it is until a new password comes.
function openOrNull(box: CredentialBox, sealed: string, context: { teamId: string; field: string }): string | null {
  try {
    return box.open(sealed, context);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

// After SECRET_KEYS was rotated, each write moves the password to the new key.
const refresh = (box: CredentialBox, sealed: string, clear: string, context: { teamId: string; field: string }): string =>
  box.isOutdated(sealed) ? box.seal(clear, context) : sealed;
