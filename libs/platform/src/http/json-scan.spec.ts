import fc from 'fast-check';
import { JsonScan, MOST_DEPTH, MOST_FIELDS, MOST_VALUES, type TooMuchJson } from './json-scan.js';

function scanned(text: string, chunkBytes = text.length): { said: TooMuchJson | null; values: number } {
  const scan = new JsonScan();
  const bytes = Buffer.from(text);
  let said: TooMuchJson | null = null;
  for (let at = 0; at < bytes.length && said === null; at += chunkBytes) said = scan.scan(bytes.subarray(at, at + chunkBytes));
  return { said, values: scan.values };
}

const countValues = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.values(value).reduce<number>((sum, part) => sum + countValues(part), 1) : 1;

describe('the scan of JSON', () => {
  it('counts no fewer values than there are, and at most one more for each list and object, however the bytes come', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'large' }), fc.integer({ min: 1, max: 7 }), (value, chunkBytes) => {
        const { said, values } = scanned(JSON.stringify({ value }), chunkBytes);
        const real = countValues({ value });
        return said === null && values + 1 >= real && values <= real * 2;
      }),
    );
  });

  it('takes brackets and commas in strings for text', () => {
    const text = JSON.stringify({ text: '[{,"\\'.repeat(300_000), list: ['\\', '"', '\\"', ''] });
    for (const chunkBytes of [text.length, 1, 65_536]) expect(scanned(text, chunkBytes)).toEqual({ said: null, values: 6 });
  });

  it.each<[string, string, TooMuchJson | null]>([
    ['lists as deep as may be', '['.repeat(MOST_DEPTH) + ']'.repeat(MOST_DEPTH), null],
    ['lists that are too deep', '['.repeat(MOST_DEPTH + 1), 'too-deep'],
    ['objects that are too deep', '{"a":'.repeat(MOST_DEPTH + 1), 'too-deep'],
    ['as many values as may be', `[${'1,'.repeat(MOST_VALUES - 1)}1]`, null],
    ['too many values', `[${'1,'.repeat(MOST_VALUES)}`, 'too-many-values'],
    ['too many empty objects', `[${'{},'.repeat(MOST_VALUES)}`, 'too-many-values'],
    ['as many fields as may be, twice', `[${`{${'"":0,'.repeat(MOST_FIELDS - 1)}"":[1,1]},`.repeat(2)}0]`, null],
    ['too many fields', `{"a":[${'1,'.repeat(2 * MOST_FIELDS)}1],${'"":0,'.repeat(MOST_FIELDS - 1)}"":0}`, 'too-many-fields'],
  ])('judges %s', (_name, text, said) => expect(scanned(text, 4096).said).toBe(said));
});
