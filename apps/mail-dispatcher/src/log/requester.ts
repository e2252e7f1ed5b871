// Decides whom to alert about a document, within what the token of the request allows: alerts are e-mails in the platform's name.
import { type Locale, type Requester } from '@billing-mail/contracts';
import { type Caller, invalidInput } from '@billing-mail/platform';

/**
 * Returns the requester to record. An internal service may name anybody, with an address. A user may name only themselves, and the address
 * is dropped: otherwise a user could make the platform write to a stranger. If the user id can't be read from the request, it is taken from
 * the token.
 * @param onDropped called if a user named an address
 * @throws ProblemException 422 if a user names another user
 */
export function requesterOf(caller: Caller, named: Requester, onDropped: () => void): Requester {
  if (caller.isService) return named;
  if (named.userId !== undefined && named.userId !== caller.userId) {
    throw invalidInput([{ pointer: '/requestedBy/userId', message: 'must be your own user id: only internal services name others' }]);
  }
  const { email, ...same } = named;
  if (email !== undefined) onDropped();
  return { ...same, userId: caller.userId };
}

/**
 * Returns the requester of a document that is sent again: the user who asks for that, or the first requester if an internal service does.
 */
export function requesterOfResend(caller: Caller, original: Requester, reader: Locale | null): Requester {
  if (caller.isService || original.userId === caller.userId) return original;
  return { userId: caller.userId, ...(reader === null ? {} : { locale: reader }) };
}
