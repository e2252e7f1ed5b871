import { type SendingLimits } from '@billing-mail/contracts';
import fc from 'fast-check';
import { foretellEnd as foretellInTurns } from './sending-forecast.js';
import { SendingPace, type SentBefore } from './sending-pace.js';

const WINDOWS = { minuteMs: 60_000, dayMs: 24 * 3_600_000 };
const LEASE_MS = 60_000;
/** Returns the forecast, and how often it yielded. */
function foretellCounted(...asked: Parameters<typeof foretellInTurns>) {
  const work = foretellInTurns(...asked);
  for (let turns = 0; ; turns += 1) {
    const step = work.next();
    if (step.done === true) return { foretold: step.value, turns };
  }
}
const foretellEnd = (...asked: Parameters<typeof foretellInTurns>) => foretellCounted(...asked).foretold;
const ONE = { messages: 1, recipients: 1 };

type Sending = { begunAt: number; seenAt: number; endedAt: number };
const seenTimes = (sendings: readonly Sending[]): number[] => sendings.map(({ seenAt }) => seenAt).sort((a, b) => a - b);

/** Sends all of them by the pace, each taking `tookMs`. Returns when each began, was seen by the server and ended. */
function sendAll(
  pace: SendingPace,
  sizes: { messages: number; recipients: number }[],
  tookMs: (index: number) => number,
  from = 0,
): Sending[] {
  const sendings: Sending[] = [];
  const ends: { at: number; size: (typeof sizes)[number] }[] = [];
  let now = from;
  for (const [index, size] of sizes.entries()) {
    for (;;) {
      ends.sort((a, b) => a.at - b.at);
      while (ends[0] !== undefined && ends[0].at <= now) {
        const { at, size: ended } = ends[0];
        ends.shift();
        pace.end(ended, at);
      }
      const waitMs = pace.waitMs(size, now);
      if (waitMs === 0 && pace.hasConnection()) break;
      now = Math.min(waitMs === 0 ? Infinity : now + waitMs, ends[0]?.at ?? Infinity);
    }
    pace.begin(size);
    const took = tookMs(index);
    sendings.push({ begunAt: now, seenAt: now + took * ((index % 7) / 7), endedAt: now + took });
    ends.push({ at: now + took, size });
  }
  return sendings;
}

const mostIn = (times: readonly number[], windowMs: number): number => {
  let [most, first] = [0, 0];
  for (const [last, at] of times.entries()) {
    while (at - (times[first] ?? at) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
};

/** Returns the counts as they are stored: one row for each minute, whose messages count as sent at its end. */
function byMinute(seen: readonly number[], now: number, recipients: number): SentBefore[] {
  const counts = new Map<number, number>();
  for (const at of seen) {
    const minute = Math.floor(at / WINDOWS.minuteMs);
    counts.set(minute, (counts.get(minute) ?? 0) + 1);
  }
  return [...counts].map(([minute, messages]) => ({
    ...{ messages, recipients: messages * recipients },
    agoMs: Math.max(0, now - (minute + 1) * WINDOWS.minuteMs),
  }));
}

describe('the pace of an account', () => {
  it('lets a server see no more than its limit in any minute, however long each message takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 150 }),
        (limit, took) => {
          const pace = new SendingPace({ connections: 3, messagesPerMinute: limit }, WINDOWS);
          const sizes = took.map(() => ONE);
          const seen = seenTimes(sendAll(pace, sizes, (index) => took[index] ?? 1));
          expect(mostIn(seen, WINDOWS.minuteMs)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps to it while one dispatcher after the other sends, each going on with the counts of those before', () => {
    const turn = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      tookMs: fc.integer({ min: 1, max: 20_000 }),
      pauseMs: fc.nat(90_000),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(59_999), fc.array(turn, { minLength: 1, maxLength: 8 }), (limit, from, turns) => {
        const all: Sending[] = [];
        let now = from;
        for (const { count, tookMs, pauseMs } of turns) {
          const pace = new SendingPace({ connections: 3, messagesPerMinute: limit }, WINDOWS);
          pace.noteBefore(
            byMinute(
              all.map(({ begunAt }) => begunAt).sort((a, b) => a - b),
              now,
              1,
            ),
            now,
            LEASE_MS,
          );
          const sizes = Array.from({ length: count }, () => ONE);
          all.push(...sendAll(pace, sizes, (index) => 1 + ((index * 7919) % tookMs), now));
          now = Math.max(...all.map(({ endedAt }) => endedAt)) + pauseMs;
        }
        expect(mostIn(seenTimes(all), WINDOWS.minuteMs)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 50 },
    );
  });

  it('counts what another began longer ago than a lease, and ended less than a minute ago', () => {
    const pace = new SendingPace({ messagesPerMinute: 1 }, WINDOWS);
    pace.noteBefore([{ agoMs: LEASE_MS + 5000, messages: 1, recipients: 1 }], 0, LEASE_MS);
    expect(pace.waitMs(ONE, 0)).toBe(WINDOWS.minuteMs - 5000);
  });

  it.each([
    ['the minute', { connections: 3, messagesPerMinute: 30 }, 1],
    ['the day', { connections: 3, messagesPerMinute: 30, recipientsPerDay: 2000 }, 1],
    ['recipients of the day', { connections: 3, recipientsPerDay: 10_000 }, 7],
  ] as const)('keeps 5,000 deliveries within the limit of %s, and foretells their end within 10 %%', (_limit, limits, recipients) => {
    const COUNT = 5000;
    const sizes = Array.from({ length: COUNT }, () => ({ messages: 1, recipients }));
    const seen = seenTimes(sendAll(new SendingPace(limits, WINDOWS), sizes, (index) => 400 + (index % 10) * 100));
    expect(seen).toHaveLength(COUNT);
    const { messagesPerMinute = Infinity, recipientsPerDay = Infinity } = limits as SendingLimits;
    expect(mostIn(seen, WINDOWS.minuteMs)).toBeLessThanOrEqual(messagesPerMinute);
    expect(mostIn(seen, WINDOWS.dayMs) * recipients).toBeLessThanOrEqual(recipientsPerDay);
    const end = seen.at(-1) ?? 0;
    for (const gone of [0, 1700, 4000]) {
      const now = gone === 0 ? 0 : (seen[gone - 1] ?? 0);
      const deliveries = COUNT - gone;
      const waiting = [{ deliveries, messages: deliveries, recipients: deliveries * recipients, dueInMs: 0 }];
      const left = foretellEnd(limits, WINDOWS, byMinute(seen.slice(0, gone), now, recipients), waiting)?.endsInMs ?? 0;
      expect(Math.abs(end - now - left) / (end - now)).toBeLessThan(0.1);
    }
  });

  it('foretells nothing where nothing waits or nothing is limited, and what is due later not before', () => {
    const waiting = { deliveries: 3, messages: 3, recipients: 3, dueInMs: 0 };
    expect(foretellEnd({ messagesPerMinute: 1 }, WINDOWS, [], [])).toBeNull();
    expect(foretellEnd({ connections: 3 }, WINDOWS, [], [waiting])).toBeNull();
    expect(foretellEnd({ messagesPerMinute: 1 }, WINDOWS, [], [waiting])).toEqual({ endsInMs: 2 * WINDOWS.minuteMs, held: 2 });
    const tomorrow = { deliveries: 2, messages: 2, recipients: 2, dueInMs: WINDOWS.dayMs };
    expect(foretellEnd({ messagesPerMinute: 1 }, WINDOWS, [], [tomorrow, waiting])).toEqual({
      ...{ endsInMs: WINDOWS.dayMs + WINDOWS.minuteMs, held: 3 },
    });
  });

  it('lets others in between where very many wait', () => {
    const count = 100_000;
    const waiting = { deliveries: count, messages: count, recipients: count, dueInMs: 0 };
    const { foretold, turns } = foretellCounted({ messagesPerMinute: 30 }, WINDOWS, [], [waiting]);
    expect(foretold).toEqual({ endsInMs: Math.floor((count - 1) / 30) * WINDOWS.minuteMs, held: count - 30 });
    expect(turns).toBeGreaterThanOrEqual(count / 1000);
  });

  it('counts recipients over any day, and lets one that is larger than the limit go alone', () => {
    const pace = new SendingPace({ recipientsPerDay: 10 }, WINDOWS);
    const size = (recipients: number) => ({ messages: 1, recipients });
    expect(pace.plan([size(6), size(6), size(25), size(1)], 0)).toEqual([0, WINDOWS.dayMs, 2 * WINDOWS.dayMs, 3 * WINDOWS.dayMs]);
  });

  it('has room for no more connections than the server takes, and none once the day is full', () => {
    const pace = new SendingPace({ connections: 3, recipientsPerDay: 2 }, WINDOWS);
    expect(pace.roomAt(0)).toBe(3);
    pace.begin(ONE);
    pace.begin(ONE);
    expect(pace.roomAt(1)).toBe(2);
    pace.end(ONE, 2);
    pace.end(ONE, 3);
    expect([pace.roomAt(4), pace.roomAt(3 + WINDOWS.dayMs)]).toEqual([0, 3]);
  });

  it('knows what is under way when it goes on with other limits or counts', () => {
    const before = new SendingPace({ connections: 2 }, WINDOWS);
    before.begin(ONE);
    before.begin(ONE);
    const pace = new SendingPace({ connections: 2, messagesPerMinute: 3 }, WINDOWS, before);
    expect(pace.hasConnection()).toBe(false);
    expect(pace.plan([ONE, ONE], 0)).toEqual([0, WINDOWS.minuteMs]);
    pace.end(ONE, 10);
    pace.end(ONE, 20);
    expect([pace.hasConnection(), pace.roomAt(20)]).toEqual([true, 1]);
  });

  it('goes on with what another process had sent', () => {
    const pace = new SendingPace({ messagesPerMinute: 30 }, WINDOWS);
    pace.noteSent([{ at: 1000, messages: 29, recipients: 29 }]);
    expect([pace.roomAt(2000), pace.plan([ONE, ONE], 2000)]).toEqual([1, [0, 59_000]]);
  });
});
