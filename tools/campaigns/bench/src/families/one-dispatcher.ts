import { bare } from '../contenders/bare.js';
import { dispatcher } from '../contenders/dispatcher.js';
import { postfix } from '../contenders/postfix.js';
import { KB, loadOf } from '../loads.js';
import { atLeast, atMost, type Family, plain, ratio, type Scale } from '../row.js';
import { runLoad } from '../running/run-load.js';

const byRef = (scale: Scale) => loadOf(scale, 150 * KB, { handover: 'ref' });
const CONNECTIONS_FOR = 1000;

/** One dispatcher compared with the alternatives, with documents by `ref`. */
export const oneDispatcher: Family = {
  name: 'one-dispatcher',
  contenders: {
    dispatcher: async (stage, scale) => {
      const load = byRef(scale);
      const figures = await runLoad(stage, dispatcher(stage), load);
      const messages = Math.max(CONNECTIONS_FOR, load.warmUp + load.count);
      return { ...figures, connections: ((figures.connections ?? NaN) * CONNECTIONS_FOR) / messages };
    },
    bare: (stage, scale) => runLoad(stage, bare(stage), byRef(scale)),
    forge: (stage, scale) =>
      runLoad(stage, bare(stage, { signs: true }), loadOf(scale, 150 * KB, { handover: 'ref', count: 200, warmUp: 100 })),
    postfix: (stage, scale) => runLoad(stage, postfix(stage), byRef(scale)),
  },
  rows: [
    ratio(
      {
        name: 'by-ref',
        says: '150 KB by ref, signed, durable, on the platform ÷ a bare worker',
        bound: atLeast(1.2, 1.8),
        quick: true,
      },
      'perSecond',
      'dispatcher',
      'bare',
    ),
    ratio(
      { name: 'forge', says: "the same ÷ a bare worker that signs with node-forge's PKCS#7", bound: atLeast(15, 20) },
      'perSecond',
      'dispatcher',
      'forge',
    ),
    ratio(
      { name: 'postfix', says: 'the same ÷ Postfix relaying it, unsigned, durable', bound: atLeast(1, 1.3) },
      'perSecond',
      'dispatcher',
      'postfix',
    ),
    plain(
      { name: 'connections', says: 'SMTP connections for 1,000 deliveries by one route', bound: atMost(30) },
      'connections',
      'dispatcher',
    ),
  ],
};
