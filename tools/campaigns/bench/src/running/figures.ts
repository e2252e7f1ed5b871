/** The figures of a run. CPU times and statements are per message; memory is that of the largest process. */
export type FigureName =
  | 'perSecond'
  | 'removedPerSecond'
  | 'ownCpuMs'
  | 'machineCpuMs'
  | 'peakMb'
  | 'connections'
  | 'takenAhead'
  | 'foreignShare'
  | 'statements'
  | 'commits'
  | 'updates'
  | 'hotShare'
  | 'cpuMsARecipient'
  | 'p50Ms'
  | 'p99Ms'
  | 'ms'
  | 'microseconds'
  | 'gib';
export type Figures = Partial<Record<FigureName, number>>;

/** Median, smallest and largest value. */
export type Spread = { median: number; min: number; max: number };

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number): number => sorted[index] ?? NaN;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}
