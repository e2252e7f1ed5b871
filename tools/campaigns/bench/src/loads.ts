import { type Scale } from './row.js';
import { type Load } from './stage/jobs.js';

/** The only team in most runs. */
export const TEAM = 'acme';

export const KB = 1000;
export const MB = 1_000_000;

/**
 * `count` is enough for some seconds at the speed that we aim at. During `warmUp`, Node.js compiles the code that runs often,
 * because we want the figures of a service that has run for days. A program of many parts needs some thousand messages for that, a
 * loop of twenty lines some hundred.
 */
const COUNTS: readonly { upTo: number; count: number; warmUp: number }[] = [
  { upTo: 50 * KB, count: 4000, warmUp: 3000 },
  { upTo: 500 * KB, count: 2000, warmUp: 3000 },
  { upTo: 2 * MB, count: 500, warmUp: 500 },
  { upTo: Infinity, count: 120, warmUp: 60 },
];
const QUICK = 0.3;

/** Returns a load of documents of one size, to one recipient each, by the platform. */
export function loadOf(scale: Scale, bytes: number, changes: Partial<Load> = {}): Load {
  const usual = COUNTS.find(({ upTo }) => bytes <= upTo) ?? { count: 0, warmUp: 0 };
  const scaled = (messages: number): number => Math.round(messages * (scale.quick ? QUICK : 1));
  const [count, warmUp] = [scaled(changes.count ?? usual.count), scaled(changes.warmUp ?? usual.warmUp)];
  return { bytes, handover: 'inline', teams: [TEAM], recipients: 1, ...changes, warmUp, count };
}
