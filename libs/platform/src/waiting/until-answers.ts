import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from '../postgres/is-database-away.js';

type Waits = {
  /** Wait before the second attempt, in milliseconds; twice as long before each further one, up to `longestMs`. */
  firstMs?: number;
  longestMs?: number;
  signal?: AbortSignal;
};

/**
 * Repeats `work` until it succeeds, and returns its result. `onFailure` throws errors that are not to be waited out. `work` must be safe to
 * repeat, because a commit whose answer was lost has happened.
 * @throws AbortError once `signal` aborts, and whatever `onFailure` throws.
 */
export async function untilAnswers<T>(
  work: () => Promise<T>,
  onFailure: (error: unknown) => void | Promise<void>,
  { firstMs = 250, longestMs = 5000, signal }: Waits = {},
): Promise<T> {
  for (let waitMs = firstMs; ; waitMs = Math.min(waitMs * 2, longestMs)) {
    try {
      return await work();
    } catch (error) {
      await onFailure(error);
      await sleep(waitMs, undefined, { ref: false, signal });
    }
  }
}

/** Repeats `work` while PostgreSQL does not answer; any other error is thrown. */
export const untilDatabaseAnswers = <T>(work: () => Promise<T>, signal: AbortSignal, onWait: (error: unknown) => void): Promise<T> =>
  untilAnswers(
    work,
    (error) => {
      if (!isDatabaseAway(error)) throw error;
      onWait(error);
    },
    { signal },
  );
