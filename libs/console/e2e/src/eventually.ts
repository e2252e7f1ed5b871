import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the value once `isSo` holds. Rejects with the last value after `timeoutMs`. */
export async function eventually<T>(probe: () => Promise<T> | T, isSo: (value: T) => boolean, timeoutMs = 300_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (isSo(value)) return value;
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${JSON.stringify(value)}`);
    await sleep(50);
  }
}
