import { atLeast, atMost, verdictOn } from './row.js';

describe('a verdict', () => {
  it.each([
    [2, 'aim'],
    [1.8, 'aim'],
    [1.79, 'floor'],
    [1.2, 'floor'],
    [1.19, 'missed'],
    [NaN, 'missed'],
  ])('on %d is %s where more is better', (value, verdict) => {
    expect(verdictOn(value, atLeast(1.2, 1.8))).toBe(verdict);
  });

  it.each([
    [0.3, 'aim'],
    [0.7, 'floor'],
    [0.71, 'missed'],
  ])('on %d is %s where less is better', (value, verdict) => {
    expect(verdictOn(value, atMost(0.7, 0.3))).toBe(verdict);
  });

  it('says floor where there is no aim, and nothing where there is no bound', () => {
    expect(verdictOn(20, atMost(30))).toBe('floor');
    expect(verdictOn(20, null)).toBe('told');
  });
});
