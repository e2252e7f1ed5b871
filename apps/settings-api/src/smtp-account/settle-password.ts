// Decides what becomes of a team's SMTP password when its settings are replaced: kept, set, replaced, removed, or asked for.
import { isDeepStrictEqual } from 'node:util';
import { type FieldError, type SmtpInput, type TeamMailSettings } from '@billing-mail/contracts';
import { type CredentialBox, type SealContext, SealError, smtpPasswordContext } from '@billing-mail/platform';

/** With its trust as it is to be stored. */
export type WrittenServer = Omit<SmtpInput, 'tls'> & Pick<StoredServer, 'tls'>;
type StoredServer = NonNullable<TeamMailSettings['smtp']>;
type Account = Pick<StoredServer, 'host' | 'port' | 'security' | 'tls'> & { auth: { type: 'password'; username: string } };

const NONE_STORED = 'is needed: none is stored yet';

/** `sealed` is null where there is no password; `change` is what the history says. */
export type SettledPassword = { sealed: string | null; change: 'none' | 'set' | 'replaced' | 'removed' } | { error: FieldError };

/** The sealed password that belongs to `input`, given what is stored. A stored one is never carried to another server or user. */
export function settlePassword(
  teamId: string,
  input: WrittenServer | null,
  stored: TeamMailSettings['smtp'],
  box: CredentialBox,
): SettledPassword {
  const before =
    stored?.auth.type === 'password' ? { sealed: stored.auth.passwordSealed, context: contextOf(teamId, stored, stored.auth) } : null;
  if (input?.auth.type !== 'password') return { sealed: null, change: before === null ? 'none' : 'removed' };
  const context = contextOf(teamId, input, input.auth);
  const { password, username } = input.auth;
  if (password !== undefined) {
    if (before === null) return { sealed: box.seal(password, context), change: 'set' };
    if (openOrNull(box, before) === password) return { sealed: carry(box, before, context), change: 'none' };
    return { sealed: box.seal(password, context), change: 'replaced' };
  }
  const reason = whyPasswordIsNeeded({ ...input, auth: { type: 'password', username } }, stored);
  if (reason !== null || before === null) return { error: { pointer: '/smtp/auth/password', message: reason ?? NONE_STORED } };
  if (openOrNull(box, before) !== null) return { sealed: carry(box, before, context), change: 'none' };
  if (!isSameContext(before.context, context))
    return { error: { pointer: '/smtp/auth/password', message: 'is needed again: the stored one can no longer be read' } };
  return { sealed: before.sealed, change: 'none' };
}

/** Why the stored password may not be used for `account`, in words for who left it out; `null` when it may. */
export function whyPasswordIsNeeded(account: Account, stored: TeamMailSettings['smtp']): string | null {
  if (stored?.auth.type !== 'password') return NONE_STORED;
  const changed = [
    ...(account.host === stored.host ? [] : ['host']),
    ...(account.port === stored.port ? [] : ['port']),
    ...(account.auth.username === stored.auth.username ? [] : ['user name']),
    // Whoever is trusted as the server gets the password.
    ...(isTrustedAnew(account.tls, stored.tls) ? ['trusted certificate'] : []),
    // The port of "tls" never speaks in clear; with "starttls" the first words do.
    ...(stored.security === 'tls' && account.security !== 'tls' ? ['security'] : []),
  ];
  if (changed.length === 0) return null;
  return `is needed again because the ${changed.join(' and ')} changed: a stored password is never sent anywhere else`;
}

const isTrustedAnew = (now: StoredServer['tls'], before: StoredServer['tls']): boolean =>
  (now?.ca !== undefined && now.ca !== before?.ca) || (now?.pin !== undefined && now.pin !== before?.pin);

type Sealed = { sealed: string; context: SealContext };

const contextOf = (
  teamId: string,
  { host, port, security, tls }: Pick<Account, 'host' | 'port' | 'security' | 'tls'>,
  auth: { username: string },
): SealContext => smtpPasswordContext(teamId, { host, port, security, auth, tls });

// A key that was dropped from SECRET_KEYS must not block other changes: the seal stays as it is until a new password comes.
function openOrNull(box: CredentialBox, { sealed, context }: Sealed): string | null {
  try {
    return box.open(sealed, context);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

// Each write moves the password to the first key, and to the security that is wanted now.
const carry = (box: CredentialBox, { sealed, context: from }: Sealed, to: SealContext): string =>
  box.isOutdated(sealed) || !isSameContext(from, to) ? box.reseal(sealed, from, to) : sealed;

const isSameContext = (one: SealContext, other: SealContext): boolean => isDeepStrictEqual(one, other);
