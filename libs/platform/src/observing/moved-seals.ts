import { type Logger } from 'pino';
import { type SealContext, SIGN_IN_STATE } from '../secrets/seal-context.js';
import { RefusedRequests } from './refused-requests.js';

/**
 * For `onMoved` of a `CredentialBox`: whoever can write a table has put a sealed value where it does not belong, or has changed what it is
 * bound to. The state of a sign-in comes with a request instead, and counts there as `bad_sign_in`.
 */
export function tellMovedSeals(logger: Pick<Logger, 'warn'>): (context: SealContext) => void {
  const refused = new RefusedRequests(logger);
  return (context) => {
    if (context.field !== SIGN_IN_STATE.field) refused.note('moved_seal', { teamId: context.teamId, step: context.field });
  };
}
