// Prints the end of the campaign: a table with one row per fault, and the totals.
import { clock, MARKS, table } from '@billing-mail/tools/stage';
import { addTotals, NO_TOTALS, type Totals } from './judging/judge.js';
import { type Result } from './campaign.js';
import { describeState, unexplainedStates } from './judging/judge-states.js';

/**
 * Prints the table and the totals. Returns whether everything is as promised. `isWhole`: all scenarios ran, so that a change of state
 * that nothing wrote is significant.
 */
export function printReport(results: readonly Result[], ms: number, isWhole: boolean): boolean {
  const rows = results.map(({ group, name, injects, expects, seen, verdict }) => [
    MARKS[verdict],
    `${group}/${name}`,
    injects,
    expects,
    seen,
  ]);
  console.log(`\n${table(WIDTHS, ['', 'fault', 'injected', 'expected', 'seen'], rows)}\n`);
  const totals = results.map((result) => result.totals).reduce(addTotals, NO_TOTALS);
  const count = (verdict: Result['verdict']): number => results.filter((result) => result.verdict === verdict).length;
  console.log(describe(totals));
  const unexplained =
    isWhole && count('skipped') === 0 ? unexplainedStates(results.flatMap(({ states = [] }) => states)).map(describeState) : [];
  if (unexplained.length > 0) console.log(`Missed: the tables allow ${unexplained.join(', ')}, but nothing is known to write it.`);
  console.log(`${count('ok')} ok, ${count('missed')} missed, ${count('skipped')} skipped; ${clock(ms)} minutes.`);
  return count('missed') === 0 && unexplained.length === 0;
}

function describe(totals: Totals): string {
  const { deliveries, recipients, accepted, failed, uncertain, doubtfulCopies } = totals;
  const { lost, falselySent, falselyFailed, duplicates, changedBytes, untold, unsettled } = totals;
  return [
    `${deliveries} deliveries to ${recipients} recipients: ${accepted} accepted, ${failed} failed and told, ${uncertain} uncertain and told; ${doubtfulCopies} second copies, each after a logged doubt.`,
    `Lost ${lost}, falsely sent ${falselySent}, falsely failed ${falselyFailed}, duplicates ${duplicates}, changed bytes ${changedBytes}, untold ${untold}, never settled ${unsettled}.`,
  ].join('\n');
}

const WIDTHS = [1, 36, 44, 44, 60] as const;
