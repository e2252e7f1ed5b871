import { type Scale } from './row.js';
import { type Load } from './stage/jobs.js';

/** The one team of most runs. */
export const TEAM = 'acme';

export const KB = 1000;
export const MB = 1_000_000;

/**
 * Long enough for some seconds at the speed that is aimed at. Before what is measured Node.js has to compile what runs often: a service that has run for
 * days is what is asked about, and a program of many parts takes some thousand messages for it where a loop of twenty lines takes some hundred.
 */
const COUNTS: readonly { upTo: number; count: number; warmUp: number }[] = [
  { upTo: 50 * KB, count: 4000, warmUp: 3000 },
  { upTo: 500 * KB, count: 2000, warmUp: 3000 },
  { upTo: 2 * MB, count: 500, warmUp: 500 },
  { upTo: Infinity, count: 120, warmUp: 60 },
];
const QUICK = 0.3;

/** Documents of one size to one recipient each, by the platform. */
export function loadOf(scale: Scale, bytes: number, changes: Partial<Load> = {}): Load {
  const usual = COUNTS.find(({ upTo }) => bytes <= upTo) ?? { count: 0, warmUp: 0 };
  const scaled = (messages: number): number => Math.round(messages * (scale.quick ? QUICK : 1));
  const [count, warmUp] = [scaled(changes.count ?? usual.count), scaled(changes.warmUp ?? usual.warmUp)];
  return { bytes, handover: 'inline', teams: [TEAM], recipients: 1, ...changes, warmUp, count };
}
