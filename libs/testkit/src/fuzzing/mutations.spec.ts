import { mutate, mutateText, randomBy } from './mutations.js';

const valid = { key: 'k', to: [{ address: 'a@b.example' }], count: 3, nested: { list: [1, 2] } };
const many = (seed: number, make: typeof mutateText): string[] => {
  const random = randomBy(seed);
  return Array.from({ length: 500 }, () => make(valid, random));
};

describe('mutated payloads', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(many(1, mutateText)).toEqual(many(1, mutateText));
    expect(many(1, mutateText)).not.toEqual(many(2, mutateText));
  });

  it('are nearly all different from each other and from what they were made of, which stays as it is', () => {
    const before = JSON.stringify(valid);
    const texts = many(3, (value, random) => JSON.stringify(mutate(value, random)));
    expect(new Set(texts).size).toBeGreaterThan(300);
    expect(texts.filter((text) => text === before).length).toBeLessThan(50);
    expect(JSON.stringify(valid)).toBe(before);
  });
});
