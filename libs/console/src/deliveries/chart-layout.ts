// Computes where the bars of the chart stand, in pixels from the top, so that stripes and corners are never stretched.
import { type DeliveryCounts } from '@billing-mail/contracts';
import { countTrouble } from './statistics-queries.js';

/** Parts of a bar, from the bottom up. */
export const SERIES = ['sent', 'fellBack', 'trouble'] as const;
export type Series = (typeof SERIES)[number];

type Segment = { series: Series; count: number; top: number; height: number };
export type ChartLayout = { scaleEnd: number; bars: { date: string; segments: Segment[] }[] };

// Pixels: one document in trouble among a thousand must be visible.
const LEAST_HEIGHT = 3;

/** Lays out one bar for each day within `height`. `scaleEnd` is the count that the upper edge stands for. */
export function layOutChart(days: readonly (DeliveryCounts & { date: string })[], height: number): ChartLayout {
  const counted = days.map((day) => ({ date: day.date, counts: { sent: day.sent, fellBack: day.fellBack, trouble: countTrouble(day) } }));
  const scaleEnd = roundUp(Math.max(1, ...counted.map(({ counts }) => counts.sent + counts.fellBack + counts.trouble)));
  const bars = counted.map(({ date, counts }) => {
    const present = SERIES.filter((series) => counts[series] > 0);
    const heights = fitHeights(
      present.map((series) => (counts[series] * height) / scaleEnd),
      height,
    );
    let top = height;
    const segments = present.map((series, index): Segment => {
      const segmentHeight = heights[index] ?? 0;
      top -= segmentHeight;
      return { series, count: counts[series], top, height: segmentHeight };
    });
    return { date, segments };
  });
  return { scaleEnd, bars };
}

/** Makes each part high enough to be seen. If the parts are too high together, the highest one shrinks. */
function fitHeights(exact: readonly number[], height: number): number[] {
  const seen = exact.map((each) => Math.max(LEAST_HEIGHT, each));
  const excess = Math.max(0, seen.reduce((sum, each) => sum + each, 0) - height);
  const highest = seen.indexOf(Math.max(...seen));
  return seen.map((each, index) => (index === highest ? each - excess : each));
}

/** The next number that is easy to read: 1, 2, 5, 10, 20, 50 … */
function roundUp(count: number): number {
  const power = 10 ** Math.floor(Math.log10(count));
  return ([1, 2, 5, 10].find((step) => step * power >= count) ?? 10) * power;
}
