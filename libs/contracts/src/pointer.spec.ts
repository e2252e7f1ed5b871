import { toPointer } from './http.js';

describe('the pointer to a wrong field', () => {
  it.each([
    [['to', 0, 'address'], '/to/0/address'],
    [['a/b', 'c~d'], '/a~1b/c~0d'],
    [[], ''],
    [['nul\u0000', 'line\n'], '/nul\ufffd/line\ufffd'],
    [['lone\ud800'], '/lone\ufffd'],
    [['grüße \u{1f600}'], '/grüße \u{1f600}'],
  ])('of %j is %s, which PostgreSQL can keep', (path, pointer) => {
    expect(toPointer(path)).toBe(pointer);
    expect(pointer.isWellFormed()).toBe(true);
  });
});
