import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for `work`, but not longer than `ms`: what hangs (Bull's calls while Redis is away) must not hold up the end of the process. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
