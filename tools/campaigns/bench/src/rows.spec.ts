import { FAMILIES } from './rows.js';

const ROWS = FAMILIES.flatMap(({ rows }) => rows);

describe('the table', () => {
  it.each(['20 KB', '150 KB', '1 MB', '5 MB'].flatMap((size) => ['by ref', 'inline'].map((handover) => [size, handover])))(
    'has a row for documents of %s that come %s',
    (size, handover) => {
      expect(ROWS.filter(({ says }) => says.startsWith(`${size} ${handover}, signed, durable`))).toHaveLength(1);
    },
  );

  it.each(FAMILIES)('makes the rows of $name of contenders that run for them', ({ rows, contenders }) => {
    expect([...new Set(rows.flatMap(({ needs }) => needs))].sort()).toEqual(Object.keys(contenders).sort());
  });
});
