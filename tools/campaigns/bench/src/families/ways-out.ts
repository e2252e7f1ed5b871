import { dispatcher, type DispatcherOptions } from '../contenders/dispatcher.js';
import { ACCOUNT } from '@billing-mail/tools/stage';
import { KB, loadOf } from '../loads.js';
import { atLeast, type Family, ratio, type Row, type Scale } from '../row.js';
import { runLoad } from '../running/run-load.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { type Load } from '../stage/jobs.js';

/** Several teams, because each may have only few connections to its own server, and one team alone would not keep the dispatcher busy. */
const TEAMS = Array.from({ length: 8 }, (_, index) => index + 1);

async function teamsAt(stage: BenchStage, name: string, own: { port: number; fallback?: boolean }): Promise<string[]> {
  return Promise.all(TEAMS.map((number) => stage.team(`${name}-${number}`, own)));
}

const run = (stage: BenchStage, scale: Scale, options: DispatcherOptions = {}, changes: Partial<Load> = {}) =>
  runLoad(stage, dispatcher(stage, options), loadOf(scale, 150 * KB, { handover: 'ref', ...changes }));

const row = (name: string, says: string, contender: string, bound: Row['bound']): Row =>
  ratio({ name, says, bound }, 'perSecond', contender, 'platform');

/** The routes that a delivery can take, compared with the plain one. */
export const waysOut: Family = {
  name: 'ways-out',
  contenders: {
    platform: (stage, scale) => run(stage, scale),
    secure: (stage, scale) => {
      const url = `smtp://${ACCOUNT.username}:${ACCOUNT.password}@127.0.0.1:${stage.ports.secure}`;
      return run(stage, scale, { sink: 'secure', env: { PLATFORM_SMTP_URL: url } });
    },
    custom: async (stage, scale) => {
      const teams = await teamsAt(stage, 'custom', { port: stage.ports.plain });
      return run(stage, scale, { signs: false }, { teams });
    },
    fallback: async (stage, scale) => {
      const teams = await teamsAt(stage, 'fallback', { port: stage.ports.refusing, fallback: true });
      return run(stage, scale, { env: { RETRY_DELAYS: '100ms,100ms' } }, { teams, count: 400 });
    },
  },
  rows: [
    row('secure', 'with STARTTLS and sign-in ÷ without, 150 KB by ref', 'secure', atLeast(0.7, 0.85)),
    row('custom', "by eight teams' own servers ÷ by the platform", 'custom', null),
    row('fallback', 'servers that refuse all three tries, with fallback ÷ by the platform', 'fallback', null),
  ],
};
