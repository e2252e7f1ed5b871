import fc from 'fast-check';
import { postponeDelayMs, retryDelayMs } from './retry-policy.js';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const DELAYS_MS = [300_000, 1_800_000];

describe('retryDelayMs', () => {
  it('waits as planned or up to a fifth longer, and repeats the last wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), random, (triesUsed, chance) => {
        const planned = triesUsed === 1 ? 300_000 : 1_800_000;
        const delay = retryDelayMs(triesUsed, DELAYS_MS, chance);
        expect(delay).toBeGreaterThanOrEqual(planned);
        expect(delay).toBeLessThanOrEqual(planned * 1.2);
      }),
    );
  });

  it('uses the whole room', () => {
    expect([0, 0.5].map((chance) => retryDelayMs(1, DELAYS_MS, chance))).toEqual([300_000, 330_000]);
  });
});

describe('postponeDelayMs', () => {
  it.each([
    [0, 1000],
    [1, 2000],
    [3, 8000],
    [4, 15_000],
    [1000, 15_000],
  ])('after %d postponements waits %d ms, or up to a fifth longer', (postponements, planned) => {
    expect(postponeDelayMs(postponements, 0)).toBe(planned);
    expect(postponeDelayMs(postponements, 0.9999)).toBeLessThanOrEqual(planned * 1.2);
  });
});
