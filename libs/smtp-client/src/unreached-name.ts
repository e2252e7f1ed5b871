// A server name that a team entered may not exist, or may lead into a private network. Only the operator learns which: otherwise somebody could map
// our network by trying names. So both cases are answered with the same words and after the same time.
import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type NetworkPolicy } from './smtp-server.js';

/** Answers come at multiples of this time, because looking up a name that does not exist takes longer than refusing one that does. */
export const BEAT_MS = 2000;

/** Returns how many milliseconds to delay an answer that took `tookMs`, so that it comes at a beat. */
export const waitForBeatMs = (tookMs: number): number => Math.ceil(Math.max(tookMs, 1) / BEAT_MS) * BEAT_MS - tookMs;

/**
 * Waits for the next beat; call it before that answer. For an IP address it does not wait, because whoever entered it knows it already.
 * If `why` is `forbidden`, calls `onForbidden` (see `NetworkPolicy`).
 */
export async function beforeUnreached(
  host: string,
  since: number,
  why: 'unknown' | 'forbidden',
  { onForbidden }: Pick<NetworkPolicy, 'onForbidden'>,
): Promise<void> {
  if (why === 'forbidden') onForbidden?.(host);
  if (isIP(host) !== 0) return;
  const now = performance.now();
  const beat = now + waitForBeatMs(now - since);
  // A timer knows whole milliseconds only and may end before the beat.
  while (performance.now() < beat) await setTimeout(Math.ceil(beat - performance.now()));
}
