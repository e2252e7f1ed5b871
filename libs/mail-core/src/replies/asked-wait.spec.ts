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
    ['451 4.7.1 Please try again later (in 10 minutes)', 10 * MINUTE],
    ['451 4.7.1 Greylisted, try again in 4m59s', 299_000],
    ['451 4.7.1 Greylisted; retry in 4 min 59 sec', 299_000],
    ['421 4.7.0 Too many messages - wait 1 hour and 30 minutes', 90 * MINUTE],
    ['421 try again in 1h, 5m', 65 * MINUTE],
    ['451 Deferred for 1.5 hours', 90 * MINUTE],
    ['451 4.7.1 Retry-After: PT5M', 5 * MINUTE],
    ['451 4.7.1 please try again in PT1H30M', 90 * MINUTE],
    ['450 4.7.1 please retry within 5 minutes', 5 * MINUTE],
    ['451 4.7.1 Try your message again after 300 seconds', 5 * MINUTE],
    ['450 4.7.1 Greylisted (300 s)', 5 * MINUTE],
    ['451 Please re-try after: 300s', 5 * MINUTE],
    ['451 4.7.1 come back in 00:05:00', 5 * MINUTE],
    ['421 4.7.0 Your address is banned for 60 minutes', 60 * MINUTE],
    ['451 please try again in five minutes (300 seconds)', 5 * MINUTE],
    // postgrey(8): --greylist-text with %s, and the help page that its default text names.
    [
      '450 4.2.0 <x@customer.example>: Recipient address rejected: Greylisted for 300 seconds (see http://postgrey.schweikert.ch/help/customer.example.html)',
      5 * MINUTE,
    ],
    // SQLgrey.
    ['450 <x@customer.example>: Recipient address rejected: Greylisted for 5 minutes', 5 * MINUTE],
    // milter-greylist: "please come back in %R" in milter-greylist.c.
    ['451 4.7.1 Greylisting in action, please come back in 00:02:00 [minutes]', 2 * MINUTE],
    // SmarterMail: https://ac.roguewd.com/index.php?rp=/knowledgebase/126/451-Greylisted-please-try-again-in-900-seconds.html
    ['451 Greylisted, please try again in 900 seconds', 15 * MINUTE],
    ['451 Greylisting, try again in 240 seconds', 4 * MINUTE],
  ])('%j', (reply, ms) => {
    expect(askedWaitMs(reply)).toBe(ms);
  });

  it.each([
    ['450 try again in 5 seconds', SHORTEST_ASKED_WAIT_MS],
    ['421 try again in 2 days', LONGEST_ASKED_WAIT_MS],
    ['421 Retry-After: 9999999', LONGEST_ASKED_WAIT_MS],
    ['451 try again in PT0S', SHORTEST_ASKED_WAIT_MS],
    ['451 try again in 29 s', SHORTEST_ASKED_WAIT_MS],
    ['451 try again in 5 h 59 min 59 s', LONGEST_ASKED_WAIT_MS - 1000],
    ['451 try again in 6 hours and 1 second', LONGEST_ASKED_WAIT_MS],
    // A milter that slows down clients that it has blocked.
    ['451 Greylisted, please try again in 86400 seconds', LONGEST_ASKED_WAIT_MS],
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
    '450 try again in PT',
    '421 4.7.0 Too many connections, please wait and try again later',
    '450 4.7.1 Deferred: a mail server that is known may retry as is',
    '450 Greylisted until 12:05:00',
    '451 4.7.1 try again at 12:05:00',
    '451 try again later: 500 messages an hour are allowed',
    '452 try again with less than 5 MB',
    '451 retry timeout exceeded',
    // Stalwart's greylist.sieve.
    '422 4.2.2 Greylisted, please try again in a few moments.',
    // postgrey's default names no time.
    '450 4.2.0 <x@customer.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/customer.example.html',
    // Google never says how long: https://support.google.com/a/answer/3726730
    '421 4.7.0 Try again later, closing connection. (MAIL)',
    '421 4.4.5 Server busy, try again later.',
    '450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time.',
    '454 4.7.0 Too many login attempts, please try again later',
    // Nor does Microsoft:
    // https://learn.microsoft.com/en-us/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online
    '451 4.7.500 Server busy. Please try again later from [192.0.2.7]. (S77719) [AM0EUR02FT061.eop-EUR02.prod.protection.outlook.com]',
    '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded',
    '421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2.',
    // Nor does Yahoo: https://senders.yahooinc.com/smtp-error-codes/
    '421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1',
  ])('is not read from %j', (reply) => {
    expect(askedWaitMs(reply)).toBeNull();
  });

  it('is within bounds or not there, whatever a server writes', () => {
    const words = fc.constantFrom(
      'try again',
      '(',
      'PT',
      '5m',
      '59s',
      'and',
      'in',
      'for',
      'greylisted',
      '9999999',
      '0',
      'one',
      'seconds',
      'h',
      ':',
      '00:00:00',
      'wait',
    );
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
    for (const unit of ['try again ', 'greylisted ', 'wait ', 'in ', ' ', '1', ':', '(', '1m', '1m ', 'wait 1m', 'try the mail '])
      askedWaitMs(unit.repeat(4000 / unit.length));
    const used = process.cpuUsage(before);
    expect((used.user + used.system) / 1000).toBeLessThan(3000);
  });
});
