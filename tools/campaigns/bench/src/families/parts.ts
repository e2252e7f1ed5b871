import { KB, loadOf } from '../loads.js';
import { type PartsCalls } from '../programs/parts.js';
import { type Family, plain, type Row, type Scale } from '../row.js';
import { type Figures } from '../running/figures.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { jobsOf } from '../stage/jobs.js';
import { Program } from '../stage/program.js';

const BYTES = 150 * KB;
const COUNT = 2000;

type Measure = (parts: Program<PartsCalls>, stage: BenchStage, scale: Scale) => Promise<number>;

/** Each part is measured in a process of its own. */
const PARTS: readonly { name: string; says: string; measure: Measure }[] = [
  { name: 'compose', says: 'composing 150 KB, unsigned', measure: (parts) => parts.call('compose', BYTES, COUNT) },
  {
    name: 'compose-and-sign',
    says: 'composing 150 KB and signing it',
    measure: (parts, stage) => parts.call('composeSigned', BYTES, COUNT, stage.identity.p12, stage.identity.passphrase),
  },
  {
    name: 'smtp',
    says: 'handing 150 KB in over kept connections',
    measure: (parts, stage) => parts.call('smtp', stage.ports.plain, BYTES, COUNT),
  },
  {
    name: 'statements',
    says: 'taking, releasing and settling a delivery, 16 at a time',
    measure: async (parts, stage) => {
      await stage.database('parts');
      return parts.call('statements', stage.databaseUrl('parts'), COUNT);
    },
  },
  {
    name: 'queue',
    says: 'a job of the queue with a document by ref',
    measure: async (parts, stage, scale) => {
      const load = { ...loadOf(scale, BYTES, { handover: 'ref' }), warmUp: 0, count: COUNT };
      await stage.publisher.publishAll(jobsOf(load, stage.documents));
      return parts.call('queue', stage.redis.url, COUNT);
    },
  },
];

async function alone(stage: BenchStage, scale: Scale, measure: Measure): Promise<Figures> {
  await stage.clear();
  const parts = Program.start<PartsCalls>('parts');
  try {
    return { microseconds: await measure(parts, stage, scale) };
  } finally {
    await parts.end();
  }
}

/** The parts of a delivery; their figures show where the time goes. */
export const parts: Family = {
  name: 'parts',
  contenders: Object.fromEntries(PARTS.map(({ name, measure }) => [name, (stage, scale) => alone(stage, scale, measure)])),
  rows: PARTS.map(({ name, says }): Row => plain({ name, says: `part: ${says}`, bound: null, unit: 'µs' }, 'microseconds', name)),
};
