// Responses about confirmations of an address, for users and teams.
import { invalidInput, ProblemException } from '@billing-mail/platform';
import { type Asked } from './confirm-address.js';

export const nothingToConfirm = (): ProblemException =>
  new ProblemException(409, 'nothing-to-confirm', 'There is no address that waits to be confirmed.');

export const codeDoesNotHold = (): ProblemException =>
  invalidInput([{ pointer: '/code', message: 'is not the code of your address, or no longer; ask for another e-mail' }]);

/** Returns the view if the e-mail was sent. @throws ProblemException otherwise */
export function toAnswer<View>(asked: Asked, view: View): View {
  if (asked === 'sent') return view;
  if (asked === 'not_sent')
    throw new ProblemException(503, 'confirmation-not-sent', 'The mail server does not accept the e-mail. Try again in a moment.');
  throw asked;
}
