// Runs groups of scenarios, each group on a stage of its own, and collects the results.
import { join } from 'node:path';
import { inspect } from 'node:util';
import { NO_TOTALS, type Totals } from './judging/judge.js';
import { describeState, illegalStates } from './judging/judge-states.js';
import { type Group, NotPossibleHereError, Play, type Scenario } from './scenario.js';
import { Stage, readWrittenStates, type WrittenState } from '@billing-mail/tools/stage';

export type Result = Pick<Scenario, 'name' | 'injects' | 'expects'> & {
  group: string;
  seen: string;
  verdict: 'ok' | 'missed' | 'skipped';
  misses: string[];
  totals: Totals;
  ms: number;
  /** Only in the result that judges the states that a whole group wrote. */
  states?: WrittenState[];
};

export type Progress = {
  began(title: string): void;
  ended(result: Result): void;
};

/** Name of the result that judges the states of a group. */
export const STATES = 'states';

/** Most scenarios wait more than they work, so two groups at a time use two cores. */
const AT_A_TIME = 2;

/** Runs all groups in order, several at a time except for those that must run alone. Reports each result as it comes. */
export async function runCampaign(groups: readonly Group[], logRoot: string, progress: Progress): Promise<void> {
  const queue = [...groups];
  const next = (): Group | undefined => (queue[0]?.alone === true ? undefined : queue.shift());
  const work = async (): Promise<void> => {
    for (let group = next(); group !== undefined; group = next()) await runGroup(group, logRoot, progress);
  };
  while (queue.length > 0) {
    if (queue[0]?.alone !== true) await Promise.all(Array.from({ length: AT_A_TIME }, work));
    const alone = queue.shift();
    if (alone !== undefined) await runGroup(alone, logRoot, progress);
  }
}

async function runGroup(group: Group, logRoot: string, progress: Progress): Promise<void> {
  progress.began(`${group.name}: setting the stage`);
  const stage = await Stage.set(join(logRoot, group.name), group.stage);
  try {
    const act = async (scenario: Scenario): Promise<void> => {
      progress.began(`${group.name}/${scenario.name}`);
      progress.ended(await actOut(group, scenario, stage));
    };
    if (group.together === true) await Promise.all(group.scenarios.map(act));
    else for (const scenario of group.scenarios) await act(scenario);
    progress.ended(await judgeStates(group, stage));
  } finally {
    await stage.strike();
  }
}

/** Judges a group as a whole: the transition tables must allow every state that was written on its stage. */
async function judgeStates(group: Group, stage: Stage): Promise<Result> {
  const since = performance.now();
  const states = await readWrittenStates(stage.database);
  const misses = illegalStates(states).map((state) => `${describeState(state)} is in no table`);
  return {
    ...{ group: group.name, name: STATES, injects: 'nothing: triggers noted every state that was written', states, misses },
    ...{ expects: 'births and changes as the tables of mail-core allow them', seen: `${states.length} different changes` },
    ...{ verdict: misses.length === 0 ? 'ok' : 'missed', totals: NO_TOTALS, ms: Math.round(performance.now() - since) },
  };
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
    play.misses.push(inspect(error));
    return { ...resultOf('missed', 'the scenario itself broke'), totals: NO_TOTALS };
  }
}
