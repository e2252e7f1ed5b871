import { pause } from '../stage/clock.js';
import { CpuWatch } from './cpu.js';

const LOOK_MS = 300;
const QUIET_SHARE = 0.05;
const PATIENCE_MS = 10_000;

/** Waits until nobody else uses the machine, but not for long: each measurement records how much others used it. */
export async function untilQuiet(): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const watch = new CpuWatch([]);
    await pause(LOOK_MS);
    if (watch.read().foreignShare < QUIET_SHARE) return;
  }
}
