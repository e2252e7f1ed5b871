import { dispatcher } from '../contenders/dispatcher.js';
import { KB, loadOf } from '../loads.js';
import { atLeast, atMost, type Family, plain, ratio, type Scale } from '../row.js';
import { type Figures } from '../running/figures.js';
import { runLoad } from '../running/run-load.js';
import { type BenchStage } from '../stage/bench-stage.js';

/** More dispatchers on the same machine. */
export const dispatchers: Family = {
  name: 'dispatchers',
  contenders: {
    one: (stage, scale) => runLoad(stage, dispatcher(stage), loadOf(scale, 150 * KB, { handover: 'ref' })),
    two: (stage, scale) => runLoad(stage, dispatcher(stage, { processes: 2 }), loadOf(scale, 150 * KB, { handover: 'ref' })),
  },
  rows: [ratio({ name: 'two-dispatchers', says: 'two dispatchers ÷ one', bound: atLeast(1.1, 1.3) }, 'perSecond', 'two', 'one')],
};

/** Recipients per delivery, the number of deliveries in a run, and the warm-up where the usual one would mean millions of recipients. */
const RECIPIENTS: readonly { recipients: number; count: number; warmUp?: number }[] = [
  { recipients: 1, count: 2000 },
  { recipients: 3, count: 2000 },
  { recipients: 50, count: 400, warmUp: 400 },
  { recipients: 100, count: 200, warmUp: 200 },
  { recipients: 2000, count: 20, warmUp: 20 },
];

const nameOf = (recipients: number): string => `${recipients.toLocaleString('en')} recipient${recipients === 1 ? '' : 's'}`;

async function toMany(stage: BenchStage, scale: Scale, changes: { recipients: number; count: number; warmUp?: number }): Promise<Figures> {
  const { recipients } = changes;
  const figures = await runLoad(stage, dispatcher(stage), loadOf(scale, 20 * KB, changes));
  return { ...figures, cpuMsARecipient: (figures.ownCpuMs ?? NaN) / recipients };
}

/** One delivery to many people. */
export const recipients: Family = {
  name: 'recipients',
  contenders: Object.fromEntries(RECIPIENTS.map((each) => [nameOf(each.recipients), (stage, scale) => toMany(stage, scale, each)])),
  rows: [
    ...[3, 100].map((number) =>
      ratio(
        { name: `recipients-${number}`, says: `deliveries to ${number} recipients ÷ to one, 20 KB`, bound: null },
        'perSecond',
        nameOf(number),
        nameOf(1),
      ),
    ),
    ratio(
      { name: 'recipients-2000', says: 'CPU a recipient with 2,000 in one delivery ÷ with 50', bound: atMost(0.5) },
      'cpuMsARecipient',
      nameOf(2000),
      nameOf(50),
    ),
    plain({ name: 'recipients-100-rate', says: 'deliveries to 100 recipients', bound: null, unit: '/s' }, 'perSecond', nameOf(100)),
  ],
};
