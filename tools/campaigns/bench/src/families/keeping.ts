import { type Database } from '@billing-mail/tools/stage';
import { type Contender } from '../contenders/contender.js';
import { dispatcher } from '../contenders/dispatcher.js';
import { KB, loadOf } from '../loads.js';
import { atLeast, type Family, ratio, type Scale } from '../row.js';
import { type Figures } from '../running/figures.js';
import { type Observer, runLoad } from '../running/run-load.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { fillHistory } from '../stage/fill.js';
import { Program } from '../stage/program.js';
import { type ExpireCalls } from '../programs/expire.js';

const DATABASE = 'keeping';
/** More than are removed during a run. */
const OLD = 200_000;

/** The dispatcher beside as many deliveries whose time is over; they are removed meanwhile, or left. */
async function run(stage: BenchStage, scale: Scale, removes: boolean): Promise<Figures> {
  const database = await stage.database(DATABASE);
  await database.rows('TRUNCATE dispatch.deliveries CASCADE');
  await fillHistory(database, OLD);
  const sending = dispatcher(stage, { database: DATABASE });
  const load = loadOf(scale, 150 * KB, { handover: 'ref', count: 6000 });
  return removes ? runLoad(stage, removing(stage, sending), load, [countingRemoved(database)]) : runLoad(stage, sending, load);
}

const removing = (stage: BenchStage, sending: Contender): Contender => ({
  ...sending,
  async start(load) {
    const running = await sending.start(load);
    const expiring = Program.start<ExpireCalls>('expire');
    // `stop` ends the program before it answers, so any earlier failure is its own.
    let failure: Error | undefined;
    expiring.call('expire', stage.databaseUrl(DATABASE)).catch((error: Error) => (failure = error));
    return {
      ...running,
      async settled(settling) {
        if (failure !== undefined) throw failure;
        await running.settled(settling);
      },
      stop: async () => {
        await expiring.end();
        await running.stop();
      },
    };
  },
});

function countingRemoved(database: Database): Observer {
  const countOld = async (): Promise<number> =>
    (await database.one<{ count: number }>("SELECT count(*)::int FROM dispatch.deliveries WHERE settled_at < now() - interval '1 day'"))
      .count;
  let [old, since] = [0, 0];
  return {
    begin: async () => {
      [old, since] = [await countOld(), performance.now()];
    },
    end: async () => {
      const left = await countOld();
      if (left === 0) throw new Error('nothing was left to remove before the end');
      return { removedPerSecond: (1000 * (old - left)) / (performance.now() - since) };
    },
  };
}

/** What is removed for its age while documents go out: as fast as they come, and without holding them up. */
export const keeping: Family = {
  name: 'keeping',
  contenders: {
    'nothing removed': (stage, scale) => run(stage, scale, false),
    'old deliveries removed': (stage, scale) => run(stage, scale, true),
  },
  rows: [
    {
      ...{ name: 'pace', says: 'deliveries removed for their age ÷ deliveries sent meanwhile', unit: '×', bound: atLeast(1, 2) },
      needs: ['old deliveries removed'],
      of: (round) => round('old deliveries removed', 'removedPerSecond') / round('old deliveries removed', 'perSecond'),
    },
    ratio(
      { name: 'beside', says: 'deliveries sent while old ones are removed ÷ while none are, 150 KB by ref', bound: atLeast(0.8, 0.9) },
      'perSecond',
      'old deliveries removed',
      'nothing removed',
    ),
  ],
};
