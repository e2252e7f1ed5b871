/** A fault that can't be injected on this machine; its scenario is told as skipped. */
export class NotPossibleHereError extends Error {
  override readonly name = 'NotPossibleHereError';
}
