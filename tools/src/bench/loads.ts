import { type Scale } from './row.js';
import { type Load } from './stage/jobs.js';

/** The one team of most runs. */
export const TEAM = 'acme';

export const KB = 1000;
export const MB = 1_000_000;

/** Long enough for some seconds at the speed that is aimed at. */
const COUNTS: readonly { upTo: number; count: number }[] = [
  { upTo: 50 * KB, count: 3000 },
  { upTo: 500 * KB, count: 2000 },
  { upTo: 2 * MB, count: 500 },
  { upTo: Infinity, count: 120 },
];
const QUICK = 0.15;
/** Node.js compiles what runs often, which takes some hundred messages. */
const WARM_UP_AT_LEAST = 150;

/** Documents of one size to one recipient each, by the platform. */
export function loadOf(scale: Scale, bytes: number, changes: Partial<Load> = {}): Load {
  const usual = COUNTS.find(({ upTo }) => bytes <= upTo)?.count ?? 0;
  const count = Math.round((changes.count ?? usual) * (scale.quick ? QUICK : 1));
  const warmUp = Math.max(Math.min(WARM_UP_AT_LEAST, count), Math.round(count / 5));
  return { bytes, handover: 'inline', teams: [TEAM], recipients: 1, warmUp, ...changes, count };
}
