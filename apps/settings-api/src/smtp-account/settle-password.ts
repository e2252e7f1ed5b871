// Decides what happens to a team's SMTP password when its settings are replaced: it is kept, set, replaced, removed, or must be entered
// again.
import { isDeepStrictEqual } from 'node:util';
import { type FieldError, type SmtpInput, type TeamMailSettings } from '@billing-mail/contracts';
import { type CredentialBox, orNullIfSealed, type SealContext, smtpPasswordContext } from '@billing-mail/platform';

/** The server from the request, with its trust as it will be stored. */
export type WrittenServer = Omit<SmtpInput, 'tls'> & Pick<StoredServer, 'tls'>;
type StoredServer = NonNullable<TeamMailSettings['smtp']>;
type Account = Pick<StoredServer, 'host' | 'port' | 'security' | 'tls'> & { auth: { type: 'password'; username: string } };

const NONE_STORED = 'is needed: none is stored yet';

/** `sealed`: `null` if there is no password. `change`: what the history records. */
export type SettledPassword = { sealed: string | null; change: 'none' | 'set' | 'replaced' | 'removed' } | { error: FieldError };

/** Returns the sealed password for `input`. A stored password is never used for another server or user. */
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

/** Returns why the stored password can't be used for `account`, as a message for the user, or `null` if it can. */
export function whyPasswordIsNeeded(account: Account, stored: TeamMailSettings['smtp']): string | null {
  if (stored?.auth.type !== 'password') return NONE_STORED;
  const changed = [
    ...(account.host === stored.host ? [] : ['host']),
    ...(account.port === stored.port ? [] : ['port']),
    ...(account.auth.username === stored.auth.username ? [] : ['username']),
    // With a new trusted certificate another server could receive the password.
    ...(isTrustedAnew(account.tls, stored.tls) ? ['trusted certificate'] : []),
    // The port for "tls" is encrypted from the start; with "starttls" the first commands are not.
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

// A seal whose key was removed from SECRET_KEYS must not block other changes; it stays as it is until a new password is set.
const openOrNull = (box: CredentialBox, { sealed, context }: Sealed): string | null => orNullIfSealed(() => box.open(sealed, context));

// Seals the password again if it is not sealed with the first key, or is to be used for another account or other settings of the server.
const carry = (box: CredentialBox, { sealed, context: from }: Sealed, to: SealContext): string =>
  box.isOutdated(sealed) || !isSameContext(from, to) ? box.reseal(sealed, from, to) : sealed;

const isSameContext = (one: SealContext, other: SealContext): boolean => isDeepStrictEqual(one, other);
