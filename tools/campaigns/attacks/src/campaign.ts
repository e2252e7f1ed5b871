// Runs the attacks one after the other on one site, and checks that none of them ends a service.
import { inspect } from 'node:util';
import { type Progress, type Tried } from '@billing-mail/tools/stage';
import { type Attack, Attempt, type Kind } from './attack.js';
import { Site } from './site.js';

export type Result = Tried & Pick<Attack, 'tries' | 'expects'>;

export async function runCampaign(kinds: readonly Kind[], logFolder: string, progress: Progress): Promise<Result[]> {
  const results: Result[] = [];
  progress.began('setting the stage');
  const site = await Site.open(logFolder);
  try {
    for (const { name: group, attacks } of kinds)
      for (const attack of attacks) {
        progress.began(`${group}/${attack.name}`);
        const result = await tryOut(group, attack, site);
        progress.ended(result);
        results.push(result);
      }
  } finally {
    await site.close();
  }
  return results;
}

/** Runs one attack. Resolves with its row of the table. */
export async function tryOut(group: string, attack: Attack, site: Site): Promise<Result> {
  const attempt = new Attempt(site);
  const since = performance.now();
  const failuresBefore = site.failuresInLogs(attack.answers5xx);
  let seen = 'the attack itself broke';
  try {
    seen = await attack.run(attempt);
  } catch (error) {
    attempt.misses.push(inspect(error));
  }
  for (const [service, process] of Object.entries(site.services)) attempt.expect(process.isRunning, `${service} was killed`);
  const failures = site.failuresInLogs(attack.answers5xx) - failuresBefore;
  attempt.expect(failures === 0, `${failures} requests failed for a reason of our own, see the logs`);
  const verdict = attempt.misses.length === 0 ? 'ok' : 'missed';
  const { name, tries, expects } = attack;
  return { group, name, tries, expects, seen, verdict, misses: attempt.misses, ms: Math.round(performance.now() - since) };
}
