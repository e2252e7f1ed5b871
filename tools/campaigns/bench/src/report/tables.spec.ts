import { show } from './tables.js';

describe('a figure', () => {
  it.each([
    [0.2183, '0.218'],
    [1.2345, '1.23'],
    [12.345, '12.3'],
    [1234.5, '1235'],
    [NaN, '–'],
  ])('%d is shown as %s', (value, shown) => {
    expect(show(value)).toBe(shown);
  });
});
