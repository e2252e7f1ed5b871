// `npm run attack`: tries to get in, to bring the services down and to act in another's name, and prints the results.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from '@billing-mail/tools/workspace';
import { clock, MARKS, runToItsEnd, showProgress, table } from '@billing-mail/tools/stage';
import { type Kind } from './attack.js';
import { type Result, runCampaign } from './campaign.js';
import { KINDS } from './kinds.js';

const USAGE = 'npm run attack -- [--list] [--only bodies] [--only tokens/without-end]';
const WIDTHS = [1, 28, 52, 44, 60] as const;

/** Returns the kinds, with only those attacks whose `kind/name` contains one of the words. */
function choose(words: readonly string[]): Kind[] {
  const isChosen = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word));
  return KINDS.map((kind) => ({ ...kind, attacks: kind.attacks.filter(({ name }) => isChosen(`${kind.name}/${name}`)) })).filter(
    ({ attacks }) => attacks.length > 0,
  );
}

function printReport(results: readonly Result[], ms: number): boolean {
  const rows = results.map(({ group, name, tries, expects, seen, verdict }) => [MARKS[verdict], `${group}/${name}`, tries, expects, seen]);
  const missed = results.filter(({ verdict }) => verdict === 'missed').length;
  console.log(`\n${table(WIDTHS, ['', 'attack', 'tried', 'expected', 'seen'], rows)}\n`);
  console.log(`${results.length - missed} ok, ${missed} missed; ${clock(ms)} minutes.`);
  return missed === 0;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { list: { type: 'boolean' }, only: { type: 'string', multiple: true } } });
  const kinds = choose(values.only ?? []);
  if (kinds.length === 0) throw new Error(`Nothing is called that. ${USAGE}`);
  if (values.list === true) {
    for (const { name: kind, attacks } of kinds) for (const { name, tries } of attacks) console.log(`${kind}/${name}: ${tries}`);
    return;
  }
  const startedAt = new Date();
  const folder = join(dataFolder(), 'attacks', startedAt.toISOString().replace(/[:.]/g, '-'));
  mkdirSync(folder, { recursive: true });
  const progress = showProgress(kinds.reduce((sum, { attacks }) => sum + attacks.length, 0));
  const results = await runCampaign(kinds, folder, progress).finally(() => progress.stop());
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify({ startedAt, results }, null, 2)}\n`);
  const isHeld = printReport(results, Date.now() - startedAt.getTime());
  console.log(`Logs: ${folder}`);
  process.exitCode = isHeld ? 0 : 1;
}

runToItsEnd(main);
