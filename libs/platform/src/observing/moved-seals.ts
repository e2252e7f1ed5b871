import { type Logger } from 'pino';
import { type SealContext, SIGN_IN_STATE } from '../secrets/seal-context.js';
import { RefusedRequests } from './refused-requests.js';

/**
 * Returns a function for `onMoved` of a `CredentialBox`. It counts sealed values that somebody who can write to a table has put where they
 * do not belong, or whose context was changed. The state of a sign-in comes with a request instead, and is counted there as `bad_sign_in`.
 */
export function tellMovedSeals(logger: Pick<Logger, 'warn'>): (context: SealContext) => void {
  const refused = new RefusedRequests(logger);
  return (context) => {
    if (context.field !== SIGN_IN_STATE.field) refused.note('moved_seal', { teamId: context.teamId, step: context.field });
  };
}
