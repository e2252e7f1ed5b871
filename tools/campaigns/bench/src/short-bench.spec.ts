// Runs the benchmark with few messages, to test that what it needs starts and that it measures what it says. It does not judge speed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bare } from './contenders/bare.js';
import { dispatcher } from './contenders/dispatcher.js';
import { KB, loadOf } from './loads.js';
import { runLoad } from './running/run-load.js';
import { BenchStage } from './stage/bench-stage.js';

const FEW = { warmUp: 10, count: 40 };

describe('the benchmark', () => {
  let folder: string;
  let stage: BenchStage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'short-bench-'));
    stage = await BenchStage.set(folder);
  });
  afterAll(async () => {
    await stage.strike();
    await rm(folder, { recursive: true });
  });

  it('measures the dispatcher, again on what its last run left, and a bare worker', async () => {
    const runs = [
      [dispatcher(stage), 'ref'],
      [dispatcher(stage), 'inline'],
      [bare(stage), 'ref'],
    ] as const;
    for (const [contender, handover] of runs) {
      const figures = await runLoad(stage, contender, loadOf({ quick: false }, 20 * KB, { ...FEW, handover }));
      expect(figures.perSecond).toBeGreaterThan(0);
      expect(figures.connections).toBeGreaterThan(0);
    }
  });
});
