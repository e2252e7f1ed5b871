import { dispatcher } from '../contenders/dispatcher.js';
import { MB } from '../loads.js';
import { TEAM } from '../loads.js';
import { atMost, type Family, plain } from '../row.js';
import { runLoad } from '../running/run-load.js';

/** As many large documents as at the end of a month. */
export const memory: Family = {
  name: 'memory',
  once: true,
  contenders: {
    dispatcher: (stage) =>
      runLoad(stage, dispatcher(stage), { bytes: 5 * MB, handover: 'ref', teams: [TEAM], recipients: 1, warmUp: 20, count: 980 }),
  },
  rows: [
    plain({ name: 'memory', says: 'peak memory with 1,000 × 5 MB by ref', bound: atMost(350, 250), unit: 'MiB' }, 'peakMb', 'dispatcher'),
  ],
};
