import { bare } from '../contenders/bare.js';
import { dispatcher } from '../contenders/dispatcher.js';
import { KB, loadOf, MB } from '../loads.js';
import { atLeast, type Bound, type Family, ratio } from '../row.js';
import { runLoad } from '../running/run-load.js';

const SIZES: readonly { name: string; bytes: number; bound: Bound | null; quick?: boolean }[] = [
  { name: '150 KB', bytes: 150 * KB, bound: atLeast(0.9, 1.3), quick: true },
  { name: '20 KB', bytes: 20 * KB, bound: atLeast(0.6, 1) },
  { name: '1 MB', bytes: MB, bound: atLeast(1.5, 2.5) },
  { name: '5 MB', bytes: 5 * MB, bound: null },
];

/** Documents that come with the job, small to large. */
export const inline: Family = {
  name: 'inline',
  contenders: Object.fromEntries(
    SIZES.flatMap(({ name, bytes }): [string, Family['contenders'][string]][] => [
      [`dispatcher ${name}`, (stage, scale) => runLoad(stage, dispatcher(stage), loadOf(scale, bytes))],
      [`bare ${name}`, (stage, scale) => runLoad(stage, bare(stage), loadOf(scale, bytes))],
    ]),
  ),
  rows: SIZES.map(({ name, bound, quick = false }) =>
    ratio(
      { name: `inline-${name.replace(' ', '-').toLowerCase()}`, says: `${name} inline, signed, durable ÷ a bare worker`, bound, quick },
      'perSecond',
      `dispatcher ${name}`,
      `bare ${name}`,
    ),
  ),
};
