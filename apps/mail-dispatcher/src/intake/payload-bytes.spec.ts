import { payloadBytes } from './payload-bytes.js';

describe('the bytes of a payload that is set aside', () => {
  it.each([[null], ['text'], [42], [{ a: [1, { b: 'ä' }] }], [[]]])('are its JSON: %j', (payload) => {
    expect(JSON.parse(payloadBytes(payload).toString())).toEqual(payload);
  });

  it('are there also for nothing at all', () => {
    expect(payloadBytes(undefined).toString()).toBe('undefined');
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('are cut where %s are nested too deep for JSON.stringify', (_name, open, close) => {
    const inmost = open === '[' ? '' : '1';
    const deep: unknown = JSON.parse(`{"key":"k1","deep":${open.repeat(100_000)}${inmost}${close.repeat(100_000)}}`);
    expect(() => JSON.stringify(deep)).toThrow(RangeError);
    const kept = payloadBytes(deep).toString();
    expect(kept).toMatch(/^\{"key":"k1".*deeper than 500 levels/);
    expect(() => JSON.parse(kept) as unknown).not.toThrow();
  });
});
