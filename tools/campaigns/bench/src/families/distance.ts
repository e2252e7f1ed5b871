import { bare } from '../contenders/bare.js';
import { dispatcher } from '../contenders/dispatcher.js';
import { KB, loadOf } from '../loads.js';
import { atLeast, type Family, ratio, type Scale } from '../row.js';
import { runLoad } from '../running/run-load.js';
import { ROUND_TRIP_MS } from '../stage/bench-stage.js';

const farLoad = (scale: Scale) => loadOf(scale, 150 * KB, { handover: 'ref', count: 1500 });

/** A distant server. */
export const distance: Family = {
  name: 'distance',
  contenders: {
    dispatcher: (stage, scale) => {
      const env = { PLATFORM_SMTP_URL: `smtp://127.0.0.1:${stage.ports.far}` };
      return runLoad(stage, dispatcher(stage, { sink: 'far', env }), farLoad(scale));
    },
    bare: (stage, scale) => runLoad(stage, bare(stage, { sink: 'far' }), farLoad(scale)),
  },
  rows: [
    ratio(
      { name: 'distance', says: `a server ${ROUND_TRIP_MS} ms away, 16 connections ÷ a bare worker there`, bound: atLeast(1.5, 2) },
      'perSecond',
      'dispatcher',
      'bare',
    ),
  ],
};
