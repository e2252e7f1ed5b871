import { bare } from '../contenders/bare.js';
import { dispatcher } from '../contenders/dispatcher.js';
import { KB, loadOf } from '../loads.js';
import { type DelayProxyCalls } from '../programs/delay-proxy.js';
import { atLeast, type Family, ratio } from '../row.js';
import { runLoad } from '../running/run-load.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { Program } from '../stage/program.js';

const ROUND_TRIP_MS = 30;

async function farAway<T>(stage: BenchStage, run: (port: number) => Promise<T>): Promise<T> {
  const proxy = Program.start<DelayProxyCalls>('delay-proxy');
  try {
    return await run(await proxy.call('listen', stage.ports.plain, ROUND_TRIP_MS));
  } finally {
    await proxy.end();
  }
}

/** A server that is far away. */
export const distance: Family = {
  name: 'distance',
  contenders: {
    dispatcher: (stage, scale) =>
      farAway(stage, (port) => {
        const env = { PLATFORM_SMTP_URL: `smtp://127.0.0.1:${port}` };
        return runLoad(stage, dispatcher(stage, { env }), loadOf(scale, 150 * KB, { handover: 'ref', count: 1000 }));
      }),
    bare: (stage, scale) =>
      farAway(stage, (port) => runLoad(stage, bare(stage, { port }), loadOf(scale, 150 * KB, { handover: 'ref', count: 1000 }))),
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
