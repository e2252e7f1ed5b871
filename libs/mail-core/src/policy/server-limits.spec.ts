import { type RecipientResult } from '../delivery/recipient-result.js';
import { classifyReply } from '../replies/classify-reply.js';
import { limitMet, limitWaitMs, stopMs, wayStopped } from './server-limits.js';

const DELAYS_MS = [300_000, 1_800_000];
const said = (stage: 'greeting' | 'auth' | 'mail' | 'rcpt' | 'data' | 'final', text: string) =>
  classifyReply(
    { kind: 'reply', stage, code: Number(text.slice(0, 3)), enhancedCode: null, text },
    { endOfDataReleased: stage === 'final' },
  );
const accepted: RecipientResult = { position: 0, outcome: 'accepted', reply: null };
const refused = (text: string): RecipientResult => ({ position: 1, outcome: 'refused', verdict: said('rcpt', text) });

describe('a limit of the server', () => {
  it.each([
    ['greeting', '421 4.7.0 mx.example.de Error: too many connections from unknown[192.0.2.7]'],
    ['auth', '450 4.7.1 Error: too many AUTH commands from unknown[192.0.2.7]'],
    ['mail', '450 4.7.1 Error: too much mail from unknown[192.0.2.7]'],
    ['data', '451 4.7.1 rate limit exceeded'],
    ['final', '454 Throttling failure: Maximum sending rate exceeded.'],
  ] as const)('is met at %s by %j', (stage, reply) => {
    expect(limitMet({ results: [], failure: said(stage, reply) })).toMatchObject({ reason: 'smtp_rate_limited', reply });
  });

  it('is met where one recipient is taken and the next is one too many for the minute', () => {
    const one = refused('450 4.7.1 Error: too many recipients from unknown[192.0.2.7]');
    expect(limitMet({ results: [accepted, one], failure: null })).toMatchObject({ reason: 'smtp_rate_limited' });
  });

  it.each([
    ['a server that is busy', [], said('greeting', '421 4.3.2 busy')],
    ['a mailbox that gets too much', [refused('450 4.2.1 The user you are trying to contact is receiving mail too quickly.')], null],
    ['a limit of recipients a mail', [refused('452 4.5.3 Error: too many recipients')], null],
    ['nothing at all', [accepted], null],
  ] as const)('is not %s', (_what, results, failure) => {
    expect(limitMet({ results, failure })).toBeNull();
  });
});

describe('the wait of a way that met a limit', () => {
  it.each([
    [1, 30_000],
    [2, 60_000],
    [3, 120_000],
    [6, 960_000],
    [7, 1_800_000],
    [1000, 1_800_000],
  ])('grows: after %d in a row %d ms', (limitsInARow, waitMs) => {
    expect(limitWaitMs(limitsInARow, null, DELAYS_MS)).toBe(waitMs);
  });

  it('is what the server asked for, and longer once that proved too short', () => {
    expect([1, 2, 4].map((limits) => limitWaitMs(limits, 90_000, DELAYS_MS))).toEqual([90_000, 90_000, 240_000]);
  });
});

describe('a way that its provider has stopped', () => {
  it.each([
    ['final', '550 5.2.251 Sender throttled due to continuous mailbox full errors.'],
    ['final', '550 5.2.253 Sender throttled due to continuous invalid license errors.'],
    ['final', '550 5.2.255 Sender throttled due to continuous invalid recipients errors.'],
    ['final', '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.'],
    ['mail', '501 5.1.8 Access denied, bad outbound sender'],
  ] as const)('is so after %s %j', (stage, reply) => {
    expect(wayStopped({ results: [], failure: said(stage, reply) })).toMatchObject({ reply, stopsWay: true });
    expect(
      wayStopped({ results: [accepted, { position: 1, outcome: 'refused', verdict: said(stage, reply) }], failure: null }),
    ).not.toBeNull();
  });

  it.each([said('mail', '450 4.7.1 Error: too much mail from unknown[192.0.2.7]'), said('final', '554 5.7.1 rejected as spam'), null])(
    'is not after %j',
    (failure) => {
      expect(wayStopped({ results: [accepted], failure })).toBeNull();
    },
  );

  it('is left alone for the longest planned wait', () => {
    expect(stopMs(DELAYS_MS)).toBe(1_800_000);
  });
});
