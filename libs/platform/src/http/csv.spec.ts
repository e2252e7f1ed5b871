import { inCsv, toCsv } from './csv.js';

describe('toCsv', () => {
  it('writes a line of names and one a row, quotes what needs it, and leaves out what is null', () => {
    const rows = [
      { a: 'x, "y"', b: null, c: 3 },
      { a: 'two\r\nlines', b: 'ü', c: -1 },
    ];
    expect(toCsv(['a', 'b', 'c'], rows)).toBe('a,b,c\r\n"x, ""y""",,3\r\n"two\r\nlines",ü,-1\r\n');
  });

  it('is the same piece by piece, of rows in pages', async () => {
    const rows = [{ a: '=1' }, { a: 'two' }, { a: null }];
    async function* pages() {
      yield rows.slice(0, 2);
      yield* [[], rows.slice(2)];
    }
    const pieces: string[] = [];
    for await (const piece of inCsv(['a'], pages())) pieces.push(piece);
    expect([pieces.length, pieces.join('')]).toEqual([4, toCsv(['a'], rows)]);
  });

  it.each(['=HYPERLINK("http://evil.example")', '+1', '-1', '@SUM(A1)', '\tx', ' =1', '\u00a0=1', '\u200b+1', '＝1', '＠x'])(
    'makes no formula of %j',
    (text) => {
      expect(toCsv(['a'], [{ a: text }])).toMatch(/^a\r\n"?'/);
    },
  );
});
