/**
 * Runs `work` and shows its progress; `say` adds a detail to its last line. The implementation is in tools/steps.mjs, which must also run
 * before anything is installed or built.
 */
export type RunStep = <T>(title: string, work: (say: (detail: string) => void) => Promise<T>) => Promise<T>;

/** A failure that the user can do something about. `message`: what happened; `cure`: a command or sentence that helps. */
export class CurableError extends Error {
  override readonly name = 'CurableError';
  constructor(
    message: string,
    readonly cure: string,
  ) {
    super(message);
  }
}
