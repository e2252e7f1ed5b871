import fc from 'fast-check';
import { splitEnvelopes } from './split-envelopes.js';

describe('splitEnvelopes', () => {
  it('puts To, Cc and Bcc into one transaction', () => {
    expect(splitEnvelopes(['to', 'cc', 'bcc'], 50)).toEqual([['to', 'cc', 'bcc']]);
  });

  it('sends 2,001 recipients in transactions of at most 50', () => {
    const sizes = splitEnvelopes(Array<string>(2001).fill('x'), 50).map(({ length }) => length);
    expect(sizes).toEqual([...Array<number>(40).fill(50), 1]);
  });

  it('holds everyone once, in order, in no more transactions than needed', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 7 }), (count, max) => {
        const given = Array.from({ length: count }, (_, index) => index);
        const envelopes = splitEnvelopes(given, max);
        expect(envelopes.flat()).toEqual(given);
        expect(envelopes).toHaveLength(Math.ceil(count / max));
        expect(envelopes.every(({ length }) => length > 0 && length <= max)).toBe(true);
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %p', (max) => {
    expect(() => splitEnvelopes([], max)).toThrow(RangeError);
  });
});
