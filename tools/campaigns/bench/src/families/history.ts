import { dispatcher } from '../contenders/dispatcher.js';
import { KB, loadOf } from '../loads.js';
import { atMost, type Family, ratio, type Scale } from '../row.js';
import { type Figures } from '../running/figures.js';
import { runLoad } from '../running/run-load.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { databaseWithPast, fillLanes, LATER_MS } from '../stage/fill.js';

const [LITTLE, MUCH] = [1000, 1_000_000];
const [FEW, MANY] = [100, 100_000];
const LANES = 100;
/** The number of waiting lanes in both databases; the database with much history is also used for the claims. */
const PAST_LANES = 5000;

async function sendBeside(stage: BenchStage, scale: Scale, database: string): Promise<Figures> {
  const load = loadOf(scale, 150 * KB, { handover: 'ref', count: 1500 });
  const figures = await runLoad(stage, dispatcher(stage, { database }), load);
  return { ...figures, ms: 1000 / (figures.perSecond ?? NaN) };
}

const besidePast =
  (count: number) =>
  async (stage: BenchStage, scale: Scale): Promise<Figures> =>
    sendBeside(stage, scale, await databaseWithPast(stage, count, PAST_LANES));

const besideWaiting =
  (count: number) =>
  async (stage: BenchStage, scale: Scale): Promise<Figures> => {
    const name = `waiting_${count}`;
    await stage.database(name, (made) => fillLanes(made, LANES, count / LANES, LATER_MS));
    return sendBeside(stage, scale, name);
  };

/** Neither settled nor waiting deliveries may slow down those that are sent now. */
export const history: Family = {
  name: 'history',
  contenders: {
    'little history': besidePast(LITTLE),
    'much history': besidePast(MUCH),
    'few waiting': besideWaiting(FEW),
    'many waiting': besideWaiting(MANY),
  },
  rows: [
    ratio(
      { name: 'history', says: 'time of a delivery with 1,000,000 rows of history ÷ with 1,000', bound: atMost(1.1) },
      'ms',
      'much history',
      'little history',
    ),
    ratio(
      { name: 'waiting', says: 'time of a delivery with 100,000 waiting ÷ with 100', bound: atMost(1.1) },
      'ms',
      'many waiting',
      'few waiting',
    ),
  ],
};
