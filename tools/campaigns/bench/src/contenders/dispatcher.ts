// The dispatcher as it ships: built, in processes of its own, with its log written to a file at production's log level.
import { join } from 'node:path';
import { OUTCOME_JOB, OUTCOMES_QUEUE, QUEUE_PREFIX } from '@billing-mail/contracts';
import { ServiceProcess, type Database } from '@billing-mail/tools/stage';
import Bull from 'bull';
import { type BenchStage, type SinkPorts } from '../stage/bench-stage.js';
import { pause } from '../stage/clock.js';
import { type Contender } from './contender.js';

export type DispatcherOptions = {
  /** The name of its database; `fresh` is emptied before each start. */
  database?: string;
  processes?: number;
  sink?: keyof SinkPorts;
  signs?: boolean;
  env?: NodeJS.ProcessEnv;
};

/** The database of a run that specifies none. */
export const FRESH = 'fresh';

export function dispatcher(stage: BenchStage, options: DispatcherOptions = {}): Contender {
  const { database: name = FRESH, processes = 1, sink = 'plain', signs = true, env = {} } = options;
  return {
    sink,
    signs,
    takesJobs: true,
    async start(load) {
      const database = await stage.database(name);
      if (name === FRESH) await empty(database);
      const { now: since } = await database.one<{ now: string }>('SELECT clock_timestamp()::text AS now');
      const services = Array.from({ length: processes }, (_, index) => processOf(stage, index + 1, stage.dispatcherEnv(name, env)));
      await Promise.all(services.map((service) => service.start()));
      // A worker takes the outcomes, as in a complete system: a dispatcher asks again and again about outcomes that nobody takes.
      const outcomes = new Bull(OUTCOMES_QUEUE, stage.redis.url, { prefix: QUEUE_PREFIX });
      void outcomes.process(OUTCOME_JOB, () => Promise.resolve());
      return {
        pids: services.map(({ pid }) => pid),
        settled: () => untilSettled(database, since, load.warmUp + load.count),
        stop: async () => {
          await Promise.all(services.map((service) => service.stop()));
          await outcomes.close();
        },
      };
    },
  };
}

function processOf(stage: BenchStage, number: number, env: NodeJS.ProcessEnv): ServiceProcess {
  const log = join(stage.logFolder, `mail-dispatcher-${number}.log`);
  return new ServiceProcess({
    name: `mail-dispatcher-${number}`,
    service: 'mail-dispatcher',
    env,
    logFolder: stage.logFolder,
    // The shell redirects the log into the file; the bench would have to read a pipe.
    prefix: ['sh', '-c', `exec "$@" >>'${log}' 2>&1`, 'sh'],
  });
}

/**
 * Empties all tables of the dispatcher except the list of its migrations and the identity of its document store, which a migration writes.
 */
async function empty(database: Database): Promise<void> {
  const tables = await database.rows<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname = 'dispatch' AND tablename NOT LIKE '%migrations%' AND tablename <> 'document_store'`,
  );
  await database.rows(`TRUNCATE ${tables.map((table) => table.name).join(', ')} CASCADE`);
}

const countSettled = (database: Database, since: string): Promise<{ settled: number; unsent: number }> =>
  database.one(
    `SELECT count(*)::int AS settled,
            count(*) FILTER (WHERE status <> 'sent' AND failure ->> 'code' IS DISTINCT FROM 'bounced')::int AS unsent
     FROM dispatch.deliveries WHERE settled_at >= $1`,
    [since],
  );

const SETTLED_WITHIN_MS = 60_000;

async function untilSettled(database: Database, since: string, expected: number): Promise<void> {
  for (const end = Date.now() + SETTLED_WITHIN_MS; ; await pause(100)) {
    const { settled, unsent } = await countSettled(database, since);
    if (unsent > 0) throw new Error(`${unsent} deliveries were settled otherwise than as sent`);
    if (settled >= expected) return;
    if (Date.now() > end) throw new Error(`${expected - settled} deliveries are not settled a minute after the last was accepted`);
  }
}
