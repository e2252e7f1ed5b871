// `npm run faults`: injects the faults, compares what the services say with what the mail servers took, and prints the table.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from '@billing-mail/tools/workspace';
import { runToItsEnd, showProgress } from '@billing-mail/tools/stage';
import { type Result, runCampaign } from './campaign.js';
import { GROUPS } from './groups.js';
import { printReport } from './report.js';
import { type Group } from './scenario.js';

const USAGE = 'npm run faults -- [--list] [--only peers-custom] [--only kills/after-the-gate]';

/** Returns the groups, with only those scenarios whose `group/name` contains one of the words. */
function choose(words: readonly string[]): Group[] {
  if (words.length === 0) return [...GROUPS];
  return GROUPS.map((group) => ({
    ...group,
    scenarios: group.scenarios.filter(({ name }) => words.some((word) => `${group.name}/${name}`.includes(word))),
  })).filter(({ scenarios }) => scenarios.length > 0);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { list: { type: 'boolean' }, only: { type: 'string', multiple: true } } });
  const groups = choose(values.only ?? []);
  if (groups.length === 0) throw new Error(`Nothing is called that. ${USAGE}`);
  if (values.list === true) {
    for (const group of groups) for (const { name, injects } of group.scenarios) console.log(`${group.name}/${name}: ${injects}`);
    return;
  }
  const startedAt = new Date();
  const folder = join(dataFolder(), 'faults');
  const stamp = startedAt.toISOString().replace(/[:.]/g, '-');
  mkdirSync(join(folder, stamp), { recursive: true });
  const progress = showProgress(groups.reduce((sum, { scenarios }) => sum + scenarios.length + 1, 0));
  const results: Result[] = [];
  try {
    await runCampaign(groups, join(folder, stamp), {
      ...progress,
      ended(result) {
        progress.ended(result);
        results.push(result);
      },
    });
  } finally {
    progress.stop();
    writeFileSync(join(folder, `${stamp}.json`), `${JSON.stringify({ startedAt, results }, null, 2)}\n`);
  }
  const order = GROUPS.map(({ name }) => name);
  results.sort((one, other) => order.indexOf(one.group) - order.indexOf(other.group));
  const kept = printReport(results, Date.now() - startedAt.getTime(), values.only === undefined);
  console.log(`Logs and ledgers: ${join(folder, stamp)}`);
  process.exitCode = kept ? 0 : 1;
}

runToItsEnd(main);
