import { askedWait, waitAfter } from './webhook-schedule.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the schedule of webhooks', () => {
  it('waits as Standard Webhooks recommends, and then no more', () => {
    const waits = Array.from({ length: 10 }, (_, index) => waitAfter(index + 1, null, 0));
    expect(waits).toEqual([5000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR, null]);
  });

  it('spreads tries upwards only', () => {
    expect([waitAfter(1, null, 0), waitAfter(1, null, 0.5), waitAfter(1, null, 1)]).toEqual([5000, 5500, 6000]);
  });

  it('obeys a receiver that asks for longer, up to a day, and none that asks for less', () => {
    expect(waitAfter(1, 10 * MINUTE, 0)).toBe(10 * MINUTE);
    expect(waitAfter(1, 1, 0)).toBe(5000);
    expect(waitAfter(1, 1000 * HOUR, 0)).toBe(24 * HOUR);
    expect(waitAfter(10, 10 * MINUTE, 0)).toBeNull();
  });

  it('reads what is asked for in both forms', () => {
    const now = new Date('2026-11-26T08:00:00Z');
    expect(askedWait('120', now)).toBe(2 * MINUTE);
    expect(askedWait('Thu, 26 Nov 2026 09:00:00 GMT', now)).toBe(HOUR);
    expect(askedWait('Thu, 26 Nov 2026 07:00:00 GMT', now)).toBe(0);
    for (const nonsense of [undefined, '', '-5', 'soon', '9'.repeat(40)]) expect(askedWait(nonsense, now)).toBeNull();
  });
});
