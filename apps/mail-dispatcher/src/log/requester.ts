// Whom to alert about a document, as far as the token of the request allows: alerts are e-mails in the platform's name.
import { type Locale, type Requester } from '@billing-mail/contracts';
import { type Caller, invalidInput } from '@billing-mail/platform';

/**
 * The requester to record. An internal service may name anybody, with an address. A user may name only itself, and its address is dropped:
 * otherwise it could make the platform write to a stranger. A user of whom no name can be read is still known by its token.
 * @param onDropped hears that there was such an address
 * @throws ProblemException 422 for a user who names another
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

/** The requester of a document that is sent again: the user who asks for that, and not the first one. */
export function requesterOfResend(caller: Caller, original: Requester, reader: Locale | null): Requester {
  if (caller.isService || original.userId === caller.userId) return original;
  return { userId: caller.userId, ...(reader === null ? {} : { locale: reader }) };
}
