// Draws the rows as bars on one scale on which the floor of each is 1, so that it is easy to see what falls short.
import { type RowResult } from '../running/run-family.js';
import { show } from './tables.js';

const [LABEL, BAR, ROW, TOP] = [430, 420, 26, 46] as const;
/** Position of the floor in a bar; twice this length means twice as good. */
const FLOOR_AT = BAR / 3;
const COLOURS: Readonly<Record<RowResult['verdict'], string>> = {
  aim: '#2b8a3e',
  floor: '#74b816',
  missed: '#c92a2a',
  told: '#868e96',
  skipped: '#868e96',
};

/** Returns how good a row is relative to its floor: 1 is the floor, more is better. Null without a bound or a figure. */
export function goodness({ spread, bound }: Pick<RowResult, 'spread' | 'bound'>): number | null {
  if (spread === null || bound === null) return null;
  return bound.kind === 'atLeast' ? spread.median / bound.floor : bound.floor / spread.median;
}

/** Returns an SVG with a bar for each row that has a floor. */
export function drawing(rows: readonly RowResult[]): string {
  const drawn = rows.flatMap((row) => {
    const value = goodness(row);
    return value === null ? [] : [{ row, value }];
  });
  const height = TOP + drawn.length * ROW + 10;
  const x = (value: number): number => LABEL + Math.min(value, 3) * FLOOR_AT;
  const bars = drawn.map(({ row, value }, index) => bar(row, TOP + index * ROW, x(value), aimOf(row, x)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LABEL + BAR + 90}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${LABEL}" y="18" font-size="13">Each row over its floor: to the right is better. The black line is the floor, the mark on a bar the aim.</text>`,
    ...bars,
    `<line x1="${x(1)}" x2="${x(1)}" y1="${TOP - 10}" y2="${height - 6}" stroke="#000000"/>`,
    '</svg>',
    '',
  ].join('\n');
}

function aimOf({ bound }: RowResult, x: (value: number) => number): number | null {
  if (bound?.aim === undefined) return null;
  return x(bound.kind === 'atLeast' ? bound.aim / bound.floor : bound.floor / bound.aim);
}

function bar({ says, spread, unit, verdict }: RowResult, y: number, end: number, aim: number | null): string {
  const value = `${show(spread?.median ?? NaN)}${unit === '×' ? '×' : ` ${unit}`}`;
  return [
    `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escapeXml(says)}</text>`,
    `<rect x="${LABEL}" y="${y}" width="${(end - LABEL).toFixed(1)}" height="18" fill="${COLOURS[verdict]}"/>`,
    aim === null ? '' : `<line x1="${aim}" x2="${aim}" y1="${y - 2}" y2="${y + 20}" stroke="#1864ab" stroke-width="2"/>`,
    `<text x="${end + 6}" y="${y + 14}">${escapeXml(value)}</text>`,
  ].join('');
}

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
