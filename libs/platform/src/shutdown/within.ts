import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `work` is over, well or not, but no longer than `ms`: neither what hangs (Bull's calls while Redis is away) nor what
 * fails may keep the rest of the process from ending in order.
 */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([Promise.allSettled([work]), sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
