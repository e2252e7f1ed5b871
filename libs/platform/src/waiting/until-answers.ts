import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from '../postgres/is-database-away.js';

type Waits = {
  /** Before the second attempt; twice as long before each further one. */
  firstMs?: number;
  longestMs?: number;
  signal?: AbortSignal;
};

/**
 * Does `work` again and again until it answers. `onFailure` throws what is not waited for. `work` must be safe to repeat: a commit whose
 * answer was lost has happened.
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

/** The same while PostgreSQL does not answer; any other error is thrown. */
export const untilDatabaseAnswers = <T>(work: () => Promise<T>, signal: AbortSignal, onWait: (error: unknown) => void): Promise<T> =>
  untilAnswers(
    work,
    (error) => {
      if (!isDatabaseAway(error)) throw error;
      onWait(error);
    },
    { signal },
  );
