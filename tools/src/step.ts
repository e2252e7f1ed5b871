/**
 * Runs work and shows how it goes; `say` adds something to the line of its end. The one that is used stands in tools/steps.mjs,
 * which must also run before anything is installed or built.
 */
export type RunStep = <T>(title: string, work: (say: (detail: string) => void) => Promise<T>) => Promise<T>;

/** A failure that a person can do something about: what happened, and a command or sentence that helps. */
export class CurableError extends Error {
  override readonly name = 'CurableError';
  constructor(
    message: string,
    readonly cure: string,
  ) {
    super(message);
  }
}
