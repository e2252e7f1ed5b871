import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom, from, timeout } from 'rxjs';

/**
 * Waits until `work` is over, well or not, but no longer than `ms`: neither what hangs (Bull's calls while Redis is away) nor what
 * fails may keep the rest of the process from ending in order.
 */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([Promise.allSettled([work]), sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}

/** What `work` comes to. @throws TimeoutError when that takes longer than `ms`. */
export const answerWithin = <T>(ms: number, work: Promise<T>): Promise<T> => firstValueFrom(from(work).pipe(timeout(ms)));
