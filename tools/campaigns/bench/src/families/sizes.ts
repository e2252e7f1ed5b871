import { bare } from '../contenders/bare.js';
import { dispatcher } from '../contenders/dispatcher.js';
import { KB, loadOf, MB } from '../loads.js';
import { atLeast, type Bound, type Family, ratio } from '../row.js';
import { runLoad } from '../running/run-load.js';
import { type Handover } from '../stage/documents.js';

type Size = { name: string; bytes: number; bound: Bound | null; quick?: boolean };

const IN_WORDS: Readonly<Record<Handover, string>> = { ref: 'by ref', inline: 'inline' };

/** Returns the family for documents that are handed over in this way, from small to large, compared with a bare worker. */
function sizesOf(handover: Handover, sizes: readonly Size[]): Family {
  const how = IN_WORDS[handover];
  const family = how.replace(' ', '-');
  return {
    name: family,
    contenders: Object.fromEntries(
      sizes.flatMap(({ name, bytes }): [string, Family['contenders'][string]][] => [
        [`dispatcher ${name}`, (stage, scale) => runLoad(stage, dispatcher(stage), loadOf(scale, bytes, { handover }))],
        [`bare ${name}`, (stage, scale) => runLoad(stage, bare(stage), loadOf(scale, bytes, { handover }))],
      ]),
    ),
    rows: sizes.map(({ name, bound, quick = false }) =>
      ratio(
        {
          name: `${family}-${name.replace(' ', '-').toLowerCase()}`,
          says: `${name} ${how}, signed, durable ÷ a bare worker`,
          bound,
          quick,
        },
        'perSecond',
        `dispatcher ${name}`,
        `bare ${name}`,
      ),
    ),
  };
}

/** Documents of 150 KB are the first row of the table (`one-dispatcher.ts`). */
export const byRef = sizesOf('ref', [
  { name: '20 KB', bytes: 20 * KB, bound: null },
  { name: '1 MB', bytes: MB, bound: null },
  { name: '5 MB', bytes: 5 * MB, bound: null },
]);

export const inline = sizesOf('inline', [
  { name: '150 KB', bytes: 150 * KB, bound: atLeast(0.9, 1.3), quick: true },
  { name: '20 KB', bytes: 20 * KB, bound: atLeast(0.6, 1) },
  { name: '1 MB', bytes: MB, bound: atLeast(1.5, 2.5) },
  { name: '5 MB', bytes: 5 * MB, bound: null },
]);
