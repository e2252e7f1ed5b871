import { KB } from '../loads.js';
import { type BlasterCalls } from '../programs/blaster.js';
import { plain, type Family } from '../row.js';
import { Program } from '../stage/program.js';

const WIRE_BYTES = 205 * KB;
const CONNECTIONS = 16;

/** The most that the sink can take, to show that it does not limit the others' figures. */
export const sinkAlone: Family = {
  name: 'sink',
  contenders: {
    blaster: async (stage, { quick }) => {
      const blaster = Program.start<BlasterCalls>('blaster');
      try {
        const count = quick ? 2000 : 10_000;
        await blaster.call('push', stage.ports.plain, WIRE_BYTES, count / 4, CONNECTIONS);
        const seconds = await blaster.call('push', stage.ports.plain, WIRE_BYTES, count, CONNECTIONS);
        return { perSecond: count / seconds };
      } finally {
        await blaster.end();
      }
    },
  },
  rows: [
    plain(
      { name: 'sink', says: 'what the sink itself takes of 205 KB messages', bound: null, unit: '/s', quick: true },
      'perSecond',
      'blaster',
    ),
  ],
};
