import { dispatcher, FRESH } from '../contenders/dispatcher.js';
import { KB, loadOf, TEAM } from '../loads.js';
import { atLeast, atMost, type Family, plain, type Scale } from '../row.js';
import { type Figures } from '../running/figures.js';
import { runLoad } from '../running/run-load.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { pause } from '../stage/clock.js';
import { jobsOf } from '../stage/jobs.js';
import { type Counts, counting, countingUpdates, observerOf } from '../stage/statement-counts.js';

const IDLE_DELIVERIES = 10;
/** Pause between two deliveries, so that none shares a statement with another. */
const APART_MS = 1000;

/** Sends one delivery after the other on an idle system, and subtracts the statements that the dispatcher runs anyway in the same time. */
async function countIdle(stage: BenchStage): Promise<Figures> {
  const load = {
    bytes: 150 * KB,
    handover: 'ref' as const,
    teams: [await stage.team(TEAM)],
    recipients: 1,
    warmUp: 0,
    count: IDLE_DELIVERIES,
  };
  return counting(stage, async (count) => {
    await stage.clear();
    const running = await dispatcher(stage).start(load);
    try {
      await pause(3 * APART_MS);
      const begin = await count();
      await pause(IDLE_DELIVERIES * APART_MS);
      const between = await count();
      for (const job of jobsOf(load, stage.documents)) {
        await stage.publisher.publish(job);
        await pause(APART_MS);
      }
      const end = await count();
      await running.settled(load);
      const each = (name: keyof Counts): number => (end[name] - 2 * between[name] + begin[name]) / IDLE_DELIVERIES;
      return { statements: each('statements'), commits: each('commits') };
    } finally {
      await running.stop();
    }
  });
}

async function countUnderLoad(stage: BenchStage, scale: Scale): Promise<Figures> {
  const load = loadOf(scale, 150 * KB, { handover: 'ref', count: 1000 });
  return countingUpdates(await stage.database(FRESH), load.warmUp + load.count, () =>
    counting(stage, (count) => runLoad(stage, dispatcher(stage), load, [observerOf(count)])),
  );
}

/** The statements and transactions that a delivery costs PostgreSQL. */
export const statements: Family = {
  name: 'statements',
  contenders: {
    'under load': countUnderLoad,
    idle: countIdle,
  },
  rows: [
    plain(
      { name: 'statements', says: 'statements for one delivery under load', bound: atMost(1.5, 0.5), quick: true },
      'statements',
      'under load',
    ),
    plain({ name: 'commits', says: 'commits for one delivery under load', bound: atMost(0.7, 0.3), quick: true }, 'commits', 'under load'),
    plain(
      { name: 'updates', says: 'rows changed for one delivery under load', bound: atMost(4, 3.2), quick: true },
      'updates',
      'under load',
    ),
    plain(
      { name: 'hot-updates', says: 'share of these that changed no index (HOT)', bound: atLeast(0.4, 0.55), quick: true },
      'hotShare',
      'under load',
    ),
    plain({ name: 'idle-statements', says: 'statements for one delivery on an idle system', bound: atMost(6, 4) }, 'statements', 'idle'),
    plain({ name: 'idle-commits', says: 'commits for one delivery on an idle system', bound: atMost(4, 3) }, 'commits', 'idle'),
  ],
};
