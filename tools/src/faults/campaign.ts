// Acts out groups of scenarios, each group on a stage of its own, and collects what came of them.
import { join } from 'node:path';
import { NO_TOTALS, type Totals } from './judging/judge.js';
import { type Group, NotPossibleHereError, Play, type Scenario } from './scenario.js';
import { Stage } from './stage/stage.js';

export type Result = Pick<Scenario, 'name' | 'injects' | 'expects'> & {
  group: string;
  seen: string;
  verdict: 'ok' | 'missed' | 'skipped';
  misses: string[];
  totals: Totals;
  ms: number;
};

export type Progress = {
  began(title: string): void;
  ended(result: Result): void;
};

export async function runGroup(group: Group, logRoot: string, progress: Progress): Promise<Result[]> {
  progress.began(`${group.name}: setting the stage`);
  const stage = await Stage.set(join(logRoot, group.name), group.stage);
  try {
    const act = async (scenario: Scenario): Promise<Result> => {
      progress.began(`${group.name}/${scenario.name}`);
      const result = await actOut(group, scenario, stage);
      progress.ended(result);
      return result;
    };
    if (group.together === true) return await Promise.all(group.scenarios.map(act));
    const results: Result[] = [];
    for (const scenario of group.scenarios) results.push(await act(scenario));
    return results;
  } finally {
    await stage.strike();
  }
}

async function actOut(group: Group, scenario: Scenario, stage: Stage): Promise<Result> {
  const play = new Play(stage, group.policy, `${group.name}-${scenario.name}`);
  const { name, injects, expects } = scenario;
  const since = performance.now();
  const resultOf = (verdict: Result['verdict'], seen: string): Result => ({
    ...{ group: group.name, name, injects, expects, seen, verdict },
    ...{ misses: play.misses, totals: play.totals, ms: Math.round(performance.now() - since) },
  });
  try {
    const seen = await scenario.run(play);
    await play.conclude();
    return resultOf(play.misses.length === 0 ? 'ok' : 'missed', seen);
  } catch (error) {
    if (error instanceof NotPossibleHereError) return resultOf('skipped', error.message);
    play.misses.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { ...resultOf('missed', 'the scenario itself broke'), totals: NO_TOTALS };
  }
}
