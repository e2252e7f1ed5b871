// Runs the contenders of a family in turn, A B A B …, and computes the rows from what was measured.
import { NotPossibleHereError } from '@billing-mail/testkit';
import { type Bound, type Family, type Row, type Scale, type Unit, type Verdict, verdictOn } from '../row.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { type FigureName, type Figures, type Spread, spreadOf } from './figures.js';

export type RowResult = {
  family: string;
  name: string;
  says: string;
  unit: Unit;
  bound: Bound | null;
  spread: Spread | null;
  verdict: Verdict | 'skipped';
  /** Why there is no figure. */
  why?: string;
  /** Number of its runs that had to share the machine even when repeated. */
  disturbed: number;
};
export type ContenderResult = { family: string; name: string; runs: Figures[]; figures: Partial<Record<FigureName, Spread>> };
export type FamilyResult = { rows: RowResult[]; contenders: ContenderResult[] };

export type Plan = {
  rounds: number;
  scale: Scale;
  /** Resolves when a run may begin. */
  untilQuiet(): Promise<void>;
  onRun(what: string, figures: Figures): void;
};

/** If others used, or the host took away, more than this share of all CPUs, the run is repeated, except with `--quick`. */
export const DISTURBED_SHARE = 0.08;
const REPEATS = 2;

export async function runFamily(stage: BenchStage, family: Family, rows: readonly Row[], plan: Plan): Promise<FamilyResult> {
  const needed = Object.keys(family.contenders).filter((name) => rows.some(({ needs }) => needs.includes(name)));
  const runs = new Map<string, Figures[]>(needed.map((name) => [name, []]));
  const failures = new Map<string, string>();
  for (let round = 1; round <= (family.once === true ? 1 : plan.rounds); round += 1) {
    for (const name of needed) {
      if (failures.has(name)) continue;
      try {
        runs.get(name)?.push(await runQuietly(stage, family, name, plan));
      } catch (error) {
        // A contender that fails must not cost the others their figures; its rows show the error.
        failures.set(name, describe(error));
        console.error(`${family.name}/${name}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      }
    }
  }
  const contenders = needed.map((name) => summary(family.name, name, runs.get(name) ?? []));
  return { rows: rows.map((row) => resultOf(family.name, row, runs, failures)), contenders };
}

async function runQuietly(stage: BenchStage, family: Family, name: string, plan: Plan): Promise<Figures> {
  const contender = family.contenders[name];
  if (contender === undefined) throw new Error(`${family.name} has no contender ${name}`);
  for (let left = plan.scale.quick ? 0 : REPEATS; ; left -= 1) {
    await plan.untilQuiet();
    const figures = await contender(stage, plan.scale);
    plan.onRun(`${family.name}/${name}`, figures);
    if (left === 0 || !isDisturbed(figures)) return figures;
  }
}

const isDisturbed = ({ foreignShare = 0 }: Figures): boolean => foreignShare > DISTURBED_SHARE;

function resultOf(family: string, row: Row, runs: ReadonlyMap<string, Figures[]>, failures: ReadonlyMap<string, string>): RowResult {
  const { name, says, unit, bound, needs } = row;
  const used = needs.flatMap((contender) => runs.get(contender) ?? []);
  const words = { family, name, says, unit, bound, disturbed: used.filter(isDisturbed).length };
  const failed = needs.find((contender) => failures.has(contender));
  if (failed !== undefined) {
    const why = failures.get(failed) ?? '';
    const isImpossible = why.startsWith(NOT_HERE);
    return { ...words, spread: null, verdict: isImpossible || bound === null ? 'skipped' : 'missed', why };
  }
  const rounds = Math.min(...needs.map((contender) => runs.get(contender)?.length ?? 0));
  const values = Array.from({ length: rounds }, (_, index) =>
    row.of((contender, figure) => {
      const value = runs.get(contender)?.[index]?.[figure];
      if (value === undefined) throw new Error(`${family}/${contender} does not tell ${figure}`);
      return value;
    }),
  );
  const spread = spreadOf(values);
  return { ...words, spread, verdict: verdictOn(spread.median, bound) };
}

const NOT_HERE = 'not possible here: ';
const describe = (error: unknown): string =>
  error instanceof NotPossibleHereError ? `${NOT_HERE}${error.message}` : error instanceof Error ? error.message : String(error);

function summary(family: string, name: string, runs: Figures[]): ContenderResult {
  const names = new Set(runs.flatMap((figures) => Object.keys(figures) as FigureName[]));
  const spreads = [...names].map((figure) => [figure, spreadOf(runs.flatMap((figures) => figures[figure] ?? []))] as const);
  return { family, name, runs, figures: Object.fromEntries(spreads) };
}
