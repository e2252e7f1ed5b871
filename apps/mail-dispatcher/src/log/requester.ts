// Whom to alert about a document, as far as the token of the request may decide that: alerts are e-mails in the platform's name.
import { type Locale, type RequestedBy } from '@billing-mail/contracts';
import { type Caller, invalidInput } from '@billing-mail/platform';

/**
 * Who asked for a document, as it may be believed. An internal service names anybody and vouches for the address; a user names only
 * itself, and the address that it gives is left out: otherwise it could have the platform write to a stranger.
 * @throws 422 for a user who names another
 */
export function requesterOf(caller: Caller, named: RequestedBy): RequestedBy {
  if (caller.isService) return named;
  if (named.userId !== caller.userId) {
    throw invalidInput([{ pointer: '/requestedBy/userId', message: 'must be your own user id: only internal services name others' }]);
  }
  const { email: _email, ...same } = named;
  return same;
}

/** The same for a document that goes out again: the user who asks hears of it, not who asked the first time. */
export function requesterOfResend(caller: Caller, original: RequestedBy, reader: Locale | null): RequestedBy {
  if (caller.isService || original.userId === caller.userId) return original;
  return { userId: caller.userId, ...(reader === null ? {} : { locale: reader }) };
}
