import { classifyBounce } from './classify-bounce.js';
import { saysDeadAddress } from './dead-address.js';

const isDead = (diagnostic: string | null, status: string | null = /[245]\.\d+\.\d+/.exec(diagnostic ?? '')?.[0] ?? null): boolean =>
  saysDeadAddress({ ...classifyBounce({ action: 'failed', status, diagnostic, context: '' }), status, diagnostic });

describe('a dead address', () => {
  it.each(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10'])('is one by status %s, with no other words', (status) => {
    expect(isDead(null, status)).toBe(true);
  });

  it.each(['550 5.4.1 Recipient address rejected: Access denied. AS(201806281)', '550 5.4.310 DNS domain y.example does not exist'])(
    'is one by %s',
    (diagnostic) => {
      expect(isDead(diagnostic)).toBe(true);
    },
  );

  it.each<[string, string | null]>([
    ['Host or domain name not found. Name service error for name=y.example type=AAAA: Host not found', '5.4.4'],
    ['Domain y.example does not accept mail (nullMX)', '5.1.0'],
    ['550 <x@y.example>... User unknown', null],
    ['550 No such user here', '5.0.0'],
    ["554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]", null],
    ['Sorry, no mailbox here by that name.', null],
    ['User anna (anna@y.example) not listed in Domino Directory', null],
    ['all relevant MX records point to non-existent hosts', null],
    ["Sorry, I couldn't find any host named y.example.", null],
  ])('is one by "%s" with status %s', (diagnostic, status) => {
    expect(isDead(diagnostic, status)).toBe(true);
  });

  it.each<[string | null, string | null]>([
    // The status is misused: the words are about storage space, the sender, the content, our server.
    ['550 5.1.1 User over quota. (#5.1.1)', '5.1.1'],
    ['550 5.1.1 Sender address rejected: not found', '5.1.1'],
    ['550 5.1.1 Message considered spam', '5.1.1'],
    ['550 5.1.2 Your IP address 192.0.2.1 is blacklisted', '5.1.2'],
    // The address may well exist.
    [null, '5.1.0'],
    [null, '5.1.4'],
    [null, '5.2.1'],
    [null, '5.4.4'],
    [null, '5.7.17'],
    ['550 Requested action not taken: mailbox unavailable', null],
    ['550 Unrouteable address', null],
    ['550 5.7.1 User unknown', '5.7.1'],
    ['550 5.2.1 The email account that you tried to reach is disabled', '5.2.1'],
    ['550', null],
    // The mail is still being tried.
    ['450 4.1.1 User unknown', '4.1.1'],
    ['450 User unknown', '4.0.0'],
  ])('is none by "%s" with status %s', (diagnostic, status) => {
    expect(isDead(diagnostic, status)).toBe(false);
  });
});
