import { randomBytes } from 'node:crypto';
import { findFreePort } from '@billing-mail/testkit';
import { type Contender } from '../contenders/contender.js';
import { dispatcher } from '../contenders/dispatcher.js';
import { KB, loadOf } from '../loads.js';
import { atLeast, type Family, ratio, type Scale } from '../row.js';
import { type Figures } from '../running/figures.js';
import { runLoad } from '../running/run-load.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { Reporter } from '../stage/reporter.js';

const DOMAIN = 'bounce.bench.example';
const PER_MINUTE = 1000;

/**
 * Runs the dispatcher with its bounce listener open, with a reporter that starts as soon as it runs, or without one if `perMinute` is 0.
 */
async function run(stage: BenchStage, scale: Scale, perMinute: number): Promise<Figures> {
  const [port, key] = [await findFreePort(), randomBytes(32)];
  const env = { BOUNCE_DOMAIN: DOMAIN, BOUNCE_SECRET: `k1:${key.toString('base64')}`, BOUNCE_SMTP_PORT: String(port) };
  const plain = dispatcher(stage, { env });
  const reported: Contender = {
    ...plain,
    async start(load) {
      const running = await plain.start(load);
      const reporter = await Reporter.start(await stage.database('fresh'), { port, domain: DOMAIN, key, perMinute });
      return {
        ...running,
        async settled(settling) {
          if ((await reporter.end()) === 0) throw new Error('no report was brought');
          await running.settled(settling);
        },
        stop: async () => {
          try {
            await reporter.end();
          } finally {
            await running.stop();
          }
        },
      };
    },
  };
  // Long enough for some two hundred reports.
  return runLoad(stage, perMinute === 0 ? plain : reported, loadOf(scale, 150 * KB, { handover: 'ref', count: 16_000 }));
}

/** Bounce reports that arrive while documents are sent. */
export const bounces: Family = {
  name: 'bounces',
  contenders: {
    alone: (stage, scale) => run(stage, scale, 0),
    reported: (stage, scale) => run(stage, scale, PER_MINUTE),
  },
  rows: [
    ratio(
      { name: 'reported', says: 'with 1,000 bounces a minute coming in ÷ with none, 150 KB by ref', bound: atLeast(0.9, 0.95) },
      'perSecond',
      'reported',
      'alone',
    ),
  ],
};
