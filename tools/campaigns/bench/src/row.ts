// Defines a row of the table: a figure computed from the runs of one round, the floor below which it must not fall, and the aim.
import { type FigureName, type Figures } from './running/figures.js';
import { type BenchStage } from './stage/bench-stage.js';

/** The floor is required; the aim is where we want to be. Rows without a bound are only for information. */
export type Bound = { kind: 'atLeast' | 'atMost'; floor: number; aim?: number };

export type Unit = '×' | '' | 'ms' | 'µs' | 'MiB' | 'GiB' | '/s';

/** Returns what was measured in one round, by contender. */
type Round = (contender: string, figure: FigureName) => number;

export type Row = {
  name: string;
  /** The description shown to readers. */
  says: string;
  unit: Unit;
  bound: Bound | null;
  /** The contenders of the family from which the row is computed. */
  needs: readonly string[];
  /** Also measured by `--quick`. */
  quick?: boolean;
  of(round: Round): number;
};

export type Scale = { quick: boolean };

/** Rows that share their runs. In each round every contender runs once, in this order. */
export type Family = {
  name: string;
  rows: readonly Row[];
  contenders: Readonly<Record<string, (stage: BenchStage, scale: Scale) => Promise<Figures>>>;
  /** The runs take too long to be repeated, and their figures do not depend on the moment. */
  once?: boolean;
};

type RowWords = Pick<Row, 'name' | 'says' | 'bound'> & Partial<Pick<Row, 'unit' | 'quick'>>;

/** Returns a row with `figure` of contender `one` divided by that of `other`. */
export function ratio(words: RowWords, figure: FigureName, one: string, other: string): Row {
  return { unit: '×', ...words, needs: [one, other], of: (round) => round(one, figure) / round(other, figure) };
}

/** Returns a row with a figure of one contender, unchanged. */
export function plain(words: RowWords, figure: FigureName, contender: string): Row {
  return { unit: '', ...words, needs: [contender], of: (round) => round(contender, figure) };
}

export const atLeast = (floor: number, aim?: number): Bound => ({ kind: 'atLeast', floor, ...(aim === undefined ? {} : { aim }) });
export const atMost = (floor: number, aim?: number): Bound => ({ kind: 'atMost', floor, ...(aim === undefined ? {} : { aim }) });

export type Verdict = 'aim' | 'floor' | 'missed' | 'told';

/** Compares a figure with its bound. */
export function verdictOn(value: number, bound: Bound | null): Verdict {
  if (bound === null) return 'told';
  const reaches = (limit: number): boolean => (bound.kind === 'atLeast' ? value >= limit : value <= limit);
  if (bound.aim !== undefined && reaches(bound.aim)) return 'aim';
  return reaches(bound.floor) ? 'floor' : 'missed';
}
