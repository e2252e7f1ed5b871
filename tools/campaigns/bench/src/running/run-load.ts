// Runs a load once. The load is in the queue before the contender starts, and the measurement begins and ends with an arrival at the sink.
import { type Contender, type Running } from '../contenders/contender.js';
import { CpuWatch, peakMemoryMb } from '../machine/cpu.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { pause } from '../stage/clock.js';
import { jobsOf, type Load } from '../stage/jobs.js';
import { type Figures } from './figures.js';

/** Takes a reading at the beginning and at the end of the measurement. */
export type Observer = { begin(): Promise<void>; end(load: Load): Promise<Figures> };

/** If nothing new arrives for this long, the run is stuck. */
const STUCK_MS = 60_000;

export async function runLoad(stage: BenchStage, contender: Contender, load: Load, observers: readonly Observer[] = []): Promise<Figures> {
  for (const teamId of load.teams) await stage.team(teamId);
  await stage.clear();
  if (contender.takesJobs) await stage.publisher.publishAll(jobsOf(load, stage.documents));
  const running = await contender.start(load);
  try {
    const figures = await measure(stage, contender, running, load, observers);
    await running.settled(load);
    const totals = await checkTotals(stage, contender, load);
    const peaks = running.pids.map(peakMemoryMb);
    return { ...figures, connections: totals.connections, ...(peaks.length > 0 ? { peakMb: Math.max(...peaks) } : {}) };
  } finally {
    await running.stop();
  }
}

async function measure(
  stage: BenchStage,
  contender: Contender,
  running: Running,
  load: Load,
  observers: readonly Observer[],
): Promise<Figures> {
  const reach = (deliveries: number): Promise<number> => reachOrStop(stage, contender, deliveries * load.recipients);
  const from = await reach(load.warmUp);
  const watch = new CpuWatch(running.pids);
  await Promise.all(observers.map((observer) => observer.begin()));
  const to = await reach(load.warmUp + load.count);
  const { ownMs, machineMs, foreignShare } = watch.read();
  const observed = await Promise.all(observers.map((observer) => observer.end(load)));
  return {
    perSecond: (1000 * load.count) / (to - from),
    ...(running.pids.length > 0 ? { ownCpuMs: ownMs / load.count } : {}),
    machineCpuMs: machineMs / load.count,
    foreignShare,
    ...observed.reduce((all, figures) => ({ ...all, ...figures }), {}),
  };
}

/** Waits until that many recipients are served; throws if nothing arrives any more. */
async function reachOrStop(stage: BenchStage, { sink }: Contender, recipients: number): Promise<number> {
  const reached = stage.sink.call('reach', sink, recipients);
  let [seen, at] = [0, Date.now()];
  for (;;) {
    const first = await Promise.race([reached, pause(1000)]);
    if (typeof first === 'number') return first;
    const totals = await stage.sink.call('totals', sink);
    if (totals.recipients !== seen) [seen, at] = [totals.recipients, Date.now()];
    else if (Date.now() - at > STUCK_MS) throw new Error(`only ${seen} of ${recipients} recipients are served, none for a minute`);
  }
}

/** Throws if a run lost, doubled, truncated or did not sign its messages: its figures would be worthless. */
async function checkTotals(stage: BenchStage, { sink, signs, takesJobs }: Contender, load: Load) {
  const totals = await stage.sink.call('totals', sink);
  const expected = load.warmUp + load.count;
  if (takesJobs && totals.recipients !== expected * load.recipients) {
    throw new Error(`${totals.recipients} recipients were served where ${expected * load.recipients} were asked for`);
  }
  if (totals.bytes < (totals.messages * load.bytes * 4) / 3) throw new Error('messages arrived without their whole documents');
  if (totals.signed !== (signs ? totals.messages : 0)) throw new Error(`${totals.signed} of ${totals.messages} messages were signed`);
  return totals;
}
