/** Something cannot be done on this machine; the message says what it would need. A campaign reports it as skipped. */
export class NotPossibleHereError extends Error {
  override readonly name = 'NotPossibleHereError';
}
