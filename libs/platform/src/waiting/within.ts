import pTimeout from 'p-timeout';

/**
 * Waits until `work` is over, well or not, but no longer than `ms`: neither what hangs (Bull's calls while Redis is away) nor what
 * fails may keep the rest of the process from ending in order.
 */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await pTimeout(Promise.allSettled([work]), { milliseconds: ms, fallback: () => undefined });
}

/** What `work` comes to. @throws TimeoutError when that takes longer than `ms`. */
export const answerWithin = <T>(ms: number, work: Promise<T>): Promise<T> => pTimeout(work, { milliseconds: ms });
