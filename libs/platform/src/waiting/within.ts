import pTimeout from 'p-timeout';

/**
 * Waits until `work` has settled, but no longer than `ms`. Neither a call that hangs (Bull's while Redis is away) nor one that fails may
 * keep the rest of the process from ending in order.
 */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await pTimeout(Promise.allSettled([work]), { milliseconds: ms, fallback: () => undefined });
}

/** Returns the result of `work`. @throws TimeoutError if it takes longer than `ms`. */
export const answerWithin = <T>(ms: number, work: Promise<T>): Promise<T> => pTimeout(work, { milliseconds: ms });
