import { type RowResult } from '../running/run-family.js';
import { drawing, goodness } from './drawing.js';

const ROW: RowResult = {
  family: 'family',
  name: 'row',
  says: 'ours ÷ theirs < all',
  unit: '×',
  bound: { kind: 'atLeast', floor: 2, aim: 3 },
  spread: { median: 4, min: 3, max: 5 },
  verdict: 'aim',
  disturbed: 0,
};

describe('the drawing', () => {
  it('shows what is better further to the right, whichever way it is counted', () => {
    const spread = { median: 4, min: 4, max: 4 };
    expect(goodness({ spread, bound: { kind: 'atLeast', floor: 2 } })).toBe(2);
    expect(goodness({ spread, bound: { kind: 'atMost', floor: 8 } })).toBe(2);
    expect(goodness({ spread, bound: { kind: 'atMost', floor: 2 } })).toBe(0.5);
  });

  it('has a bar for each row that was measured and has a floor', () => {
    const svg = drawing([ROW, { ...ROW, bound: null }, { ...ROW, spread: null }]);
    expect(svg.match(/ height="18"/g)).toHaveLength(1);
    expect(svg).toContain('ours ÷ theirs &lt; all');
  });
});
