// `npm run bench`: compares the dispatcher's figures with their bounds and with alternatives, on this machine and in the same hour.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from '@billing-mail/tools/workspace';
import { runToItsEnd } from '@billing-mail/tools/stage';
import { untilQuiet } from './machine/until-quiet.js';
import { type Family, type Row } from './row.js';
import { FAMILIES } from './rows.js';
import { printRun, printTables } from './report/tables.js';
import { publishReport, writeReport } from './report/write-report.js';
import { type FamilyResult, runFamily } from './running/run-family.js';
import { BenchStage } from './stage/bench-stage.js';

const USAGE = 'npm run bench -- [--quick] [--list] [--only by-ref] [--rounds 3] [--publish]';
const ROUNDS = 3;
const QUICK_ROUNDS = 2;

type Choice = { family: Family; rows: readonly Row[] };

/** Returns the rows whose `family/name` contains one of the words; without words all rows, or only the quick ones. */
function choose(words: readonly string[], quick: boolean): Choice[] {
  const isChosen = (family: Family, row: Row): boolean =>
    words.length > 0 ? words.some((word) => `${family.name}/${row.name}`.includes(word)) : !quick || row.quick === true;
  return FAMILIES.map((family) => ({ family, rows: family.rows.filter((row) => isChosen(family, row)) })).filter(
    ({ rows }) => rows.length > 0,
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      list: { type: 'boolean' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      publish: { type: 'boolean', default: false },
    },
  });
  const choices = choose(values.only, values.quick);
  if (choices.length === 0) throw new Error(`Nothing is called that. ${USAGE}`);
  if (values.list === true) {
    for (const { family, rows } of choices) for (const { name, says } of rows) console.log(`${family.name}/${name}: ${says}`);
    return 0;
  }
  const rounds = Number(values.rounds ?? (values.quick ? QUICK_ROUNDS : ROUNDS));
  const results = await measure(choices, rounds, values.quick);
  printTables(results);
  const isWhole = values.only.length === 0 && !values.quick;
  if (values.publish && !isWhole) console.log('Nothing is published of a part.');
  if (values.publish && isWhole) publishReport(results);
  const isMissed = results.some(({ rows }) => rows.some(({ verdict }) => verdict === 'missed'));
  return isMissed && !values.quick ? 1 : 0;
}

async function measure(choices: readonly Choice[], rounds: number, quick: boolean): Promise<FamilyResult[]> {
  const startedAt = new Date();
  const folder = join(dataFolder(), 'bench', startedAt.toISOString().replace(/[:.]/g, '-'));
  mkdirSync(folder, { recursive: true });
  const stage = await BenchStage.set(folder);
  const results: FamilyResult[] = [];
  try {
    for (const { family, rows } of choices)
      results.push(await runFamily(stage, family, rows, { rounds, scale: { quick }, untilQuiet, onRun: printRun }));
  } finally {
    await stage.strike();
    writeReport(folder, { startedAt, quick, rounds, results });
  }
  return results;
}

runToItsEnd(async () => (process.exitCode = await main()));
