import { percentile } from '@billing-mail/tools/stage';
import { bare } from '../contenders/bare.js';
import { type Contender } from '../contenders/contender.js';
import { dispatcher } from '../contenders/dispatcher.js';
import { KB, TEAM } from '../loads.js';
import { CpuWatch } from '../machine/cpu.js';
import { atMost, type Family, ratio } from '../row.js';
import { type Figures } from '../running/figures.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { clock, pause } from '../stage/clock.js';
import { addressOf, jobsOf, type Load } from '../stage/jobs.js';

/** Pause between an arrival and the next publication. */
const APART_MS = 40;
const LOAD: Omit<Load, 'count'> = { bytes: 150 * KB, handover: 'ref', teams: [TEAM], recipients: 1, warmUp: 40 };

/** Resolves with the time when each delivery was done, by key. */
type Done = (stage: BenchStage) => Promise<Map<string, number>>;

/** The time of the commit that settled each delivery, as PostgreSQL recorded it. */
const settledAt: Done = async (stage) => {
  const database = await stage.database('fresh');
  const rows = await database.rows<{ key: string; at: number }>(
    `SELECT key, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at FROM dispatch.deliveries`,
  );
  return new Map(rows.map(({ key, at }) => [key, at]));
};

const acceptedAt: Done = async (stage) => {
  const arrivals = await stage.sink.call('arrivals', 'plain');
  return new Map(arrivals.map(({ recipient, at }) => [recipient, at]));
};

async function oneAfterTheOther(stage: BenchStage, contender: Contender, load: Load, done: Done): Promise<Figures> {
  await stage.team(TEAM);
  await stage.clear();
  const running = await contender.start(load);
  try {
    const published = new Map<string, number>();
    const watch = new CpuWatch(running.pids);
    for (const job of jobsOf(load, stage.documents)) {
      published.set(job.key, clock());
      await stage.publisher.publish(job);
      await stage.sink.call('reach', 'plain', published.size);
      await pause(APART_MS);
    }
    await running.settled(load);
    const { foreignShare } = watch.read();
    const times = await done(stage);
    const took = [...published].slice(load.warmUp).map(([key, at]) => (times.get(key) ?? times.get(addressOf(key)) ?? NaN) - at);
    return { p50Ms: percentile(took, 50), p99Ms: percentile(took, 99), foreignShare };
  } finally {
    await running.stop();
  }
}

/** One delivery at a time: no delivery waits for another, and grouping must not add a wait. */
export const idle: Family = {
  name: 'idle',
  contenders: {
    dispatcher: (stage, { quick }) => oneAfterTheOther(stage, dispatcher(stage), { ...LOAD, count: quick ? 100 : 400 }, settledAt),
    bare: (stage, { quick }) => oneAfterTheOther(stage, bare(stage), { ...LOAD, count: quick ? 100 : 400 }, acceptedAt),
  },
  rows: [
    ratio(
      { name: 'idle-p50', says: "queue to settled, idle system, p50 ÷ a bare worker's queue to accepted", bound: atMost(2), quick: true },
      'p50Ms',
      'dispatcher',
      'bare',
    ),
    ratio({ name: 'idle-p99', says: 'the same, p99', bound: atMost(3), quick: true }, 'p99Ms', 'dispatcher', 'bare'),
  ],
};
