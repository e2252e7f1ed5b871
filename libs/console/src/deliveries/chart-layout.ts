// Where the bars of the chart stand; in pixels from the top, so that stripes and corners are never stretched.
import { type DeliveryCounts } from '@billing-mail/contracts';
import { countTrouble } from './statistics-queries.js';

/** What a bar is made of, from the bottom up. */
export const SERIES = ['sent', 'fellBack', 'trouble'] as const;
export type Series = (typeof SERIES)[number];

export type Segment = { series: Series; count: number; top: number; height: number };
export type ChartLayout = { scaleEnd: number; bars: { date: string; segments: Segment[] }[] };

// One document in trouble among a thousand must be seen.
const LEAST_HEIGHT = 3;

/** Lays out one bar for each day within `height`. `scaleEnd` is the count that the upper edge stands for. */
export function layOutChart(days: readonly (DeliveryCounts & { date: string })[], height: number): ChartLayout {
  const counted = days.map((day) => ({ date: day.date, counts: { sent: day.sent, fellBack: day.fellBack, trouble: countTrouble(day) } }));
  const scaleEnd = roundUp(Math.max(1, ...counted.map(({ counts }) => counts.sent + counts.fellBack + counts.trouble)));
  // Segments made higher than they are must still fit on top of each other.
  const perCount = (height - (SERIES.length - 1) * LEAST_HEIGHT) / scaleEnd;
  const bars = counted.map(({ date, counts }) => {
    let top = height;
    const segments = SERIES.filter((series) => counts[series] > 0).map((series): Segment => {
      const segmentHeight = Math.max(LEAST_HEIGHT, counts[series] * perCount);
      top -= segmentHeight;
      return { series, count: counts[series], top, height: segmentHeight };
    });
    return { date, segments };
  });
  return { scaleEnd, bars };
}

/** The next number that is easy to read: 1, 2, 5, 10, 20, 50 … */
function roundUp(count: number): number {
  const power = 10 ** Math.floor(Math.log10(count));
  return ([1, 2, 5, 10].find((step) => step * power >= count) ?? 10) * power;
}
