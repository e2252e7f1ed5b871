// A name that a team has set may not exist, or lead into a network that is not public. Which of the two it is nobody is told but the operator:
// names could otherwise be tried until our network is mapped. So both are said in the same words, and after the same time.
import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type NetworkPolicy } from './smtp-server.js';

/** Answers come at multiples of this time, as looking up a name that does not exist takes longer than refusing one that does. */
export const BEAT_MS = 2000;

/** How long to wait with an answer that took `tookMs`. */
export const waitForBeatMs = (tookMs: number): number => Math.ceil(Math.max(tookMs, 1) / BEAT_MS) * BEAT_MS - tookMs;

/** To be called before that answer. An IP address is known to whoever wrote it: with that, nobody waits. `why`: see `NetworkPolicy`. */
export async function beforeUnreached(
  host: string,
  since: number,
  why: 'unknown' | 'forbidden',
  { onForbidden }: Pick<NetworkPolicy, 'onForbidden'>,
): Promise<void> {
  if (why === 'forbidden') onForbidden?.(host);
  if (isIP(host) === 0) await setTimeout(waitForBeatMs(performance.now() - since));
}
