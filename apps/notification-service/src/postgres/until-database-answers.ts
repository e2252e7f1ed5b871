import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from '@billing-mail/platform';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;

/**
 * Does `work` again and again while PostgreSQL does not answer; any other error is thrown. `work` must be safe to repeat: a
 * commit whose answer was lost has happened.
 * @throws AbortError once `signal` aborts.
 */
export async function untilDatabaseAnswers<T>(work: () => Promise<T>, signal: AbortSignal, onWait: (error: unknown) => void): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      onWait(error);
      await sleep(waitMs, undefined, { signal });
    }
  }
}
