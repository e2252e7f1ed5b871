/** What can't be done on this machine, with what it would take; a campaign tells it as skipped. */
export class NotPossibleHereError extends Error {
  override readonly name = 'NotPossibleHereError';
}
