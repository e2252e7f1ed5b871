import fc from 'fast-check';
import { askedWaitMs, LONGEST_ASKED_WAIT_MS, SHORTEST_ASKED_WAIT_MS } from './asked-wait.js';

const MINUTE = 60_000;

it('is obeyed between half a minute and six hours', () => {
  expect([SHORTEST_ASKED_WAIT_MS, LONGEST_ASKED_WAIT_MS]).toEqual([30_000, 21_600_000]);
});

describe('how long a server asks to wait', () => {
  it.each([
    ['451 4.7.1 try again in 3 minutes', 3 * MINUTE],
    ['450 4.2.0 <x@customer.example>: Recipient address rejected: Greylisted for 300 seconds', 5 * MINUTE],
    ['451 4.7.1 Greylisting in action, please come back in 00:05:00', 5 * MINUTE],
    ['450 4.7.1 Greylisted for 5 minutes (1)', 5 * MINUTE],
    ['451 Greylisted, please try again in 180 seconds', 3 * MINUTE],
    ['421 4.7.0 Too many messages, please retry after 15 minutes.', 15 * MINUTE],
    ['450 4.7.1 Greylisted for 5 minutes. Try again later.', 5 * MINUTE],
    ['450 Service unavailable, please try again in one minute', MINUTE],
    ['421 Temporarily deferred, try again later in 2 hours', 120 * MINUTE],
    ['451 4.7.500 Server busy. Retry-After: 120', 2 * MINUTE],
    ['432 4.3.2 Please wait 90 s', 90_000],
    ['450 please retry in an hour', 60 * MINUTE],
    ['451 4.7.1 You have been blocked for 10 min', 10 * MINUTE],
  ])('%j', (reply, ms) => {
    expect(askedWaitMs(reply)).toBe(ms);
  });

  it.each([
    ['450 try again in 5 seconds', SHORTEST_ASKED_WAIT_MS],
    ['421 try again in 2 days', LONGEST_ASKED_WAIT_MS],
    ['421 Retry-After: 9999999', LONGEST_ASKED_WAIT_MS],
  ])('%j is brought within bounds', (reply, ms) => {
    expect(askedWaitMs(reply)).toBe(ms);
  });

  it.each([
    '450 4.7.1 Error: too much mail from 192.0.2.7',
    '550 5.4.5 Daily sending limit of 500 messages in 24 hours exceeded, try again later',
    '451 Sender rate overlimit - 12.3 / 1m',
    '451 Sender rate exceeds 1500 messages per 1h',
    '452 4.5.3 100 messages per 60 minutes, please try again later',
    '421 Timed out waiting after 300 bytes',
    '450 come back',
  ])('is not read from %j', (reply) => {
    expect(askedWaitMs(reply)).toBeNull();
  });

  it('is within bounds or not there, whatever a server writes', () => {
    const words = fc.constantFrom('try again', 'in', 'for', 'greylisted', '9999999', '0', 'one', 'seconds', 'h', ':', '00:00:00', 'wait');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 300 }),
          fc.array(words, { maxLength: 12 }).map((all) => all.join(' ')),
        ),
        (reply) => {
          const asked = askedWaitMs(reply);
          expect(asked === null || (asked >= SHORTEST_ASKED_WAIT_MS && asked <= LONGEST_ASKED_WAIT_MS)).toBe(true);
        },
      ),
    );
  });

  it('is looked for in an instant', () => {
    const before = process.cpuUsage();
    for (const unit of ['try again ', 'greylisted ', 'wait ', 'in ', ' ', '1', ':']) askedWaitMs(unit.repeat(4000 / unit.length));
    const used = process.cpuUsage(before);
    expect((used.user + used.system) / 1000).toBeLessThan(3000);
  });
});
