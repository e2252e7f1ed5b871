import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. Ends only what hangs: on a busy machine a step may wait long for its turn. */
export const HANGS_AFTER_MS = 300_000;

/**
 * For `RATE_LIMITS` of a service that `eventually` asks: one caller reads as often as it takes. How often that is depends on how busy the
 * machine is.
 */
export const READS_WITHOUT_LIMIT = ['requests', 'lists', 'searches', 'statistics'].map((name) => `${name}=100000000/1m`).join(',');

/**
 * Repeats `probe` until `isSo` holds for what it returns, by default until that is neither null, undefined nor false, and resolves with it.
 * Rejects with the last value after `timeoutMs`.
 */
export async function eventually<T>(probe: () => Promise<T> | T): Promise<NonNullable<T>>;
export async function eventually<T>(probe: () => Promise<T> | T, isSo: (value: T) => boolean, timeoutMs?: number): Promise<T>;
export async function eventually<T>(
  probe: () => Promise<T> | T,
  isSo: (value: T) => boolean = (value) => value !== null && value !== undefined && value !== false,
  timeoutMs = HANGS_AFTER_MS,
): Promise<T> {
  for (const end = Date.now() + timeoutMs; ; await sleep(25)) {
    const value = await probe();
    if (isSo(value)) return value;
    if (Date.now() > end) throw new Error(`not so after ${timeoutMs} ms: ${JSON.stringify(value)}`);
  }
}
