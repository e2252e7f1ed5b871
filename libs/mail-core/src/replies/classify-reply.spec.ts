import { ATTEMPT_STAGES, FAILURE_CODES } from '@billing-mail/contracts';
import fc from 'fast-check';
import { classifyReply, isNonexistentRecipient, reasonOf } from './classify-reply.js';
import { type SmtpFact } from './smtp-fact.js';

const before = { endOfDataReleased: false };
const after = { endOfDataReleased: true };

const reply = (stage: SmtpFact['stage'], line: string): SmtpFact => ({
  kind: 'reply',
  stage,
  code: Number(line.slice(0, 3)),
  enhancedCode: null,
  text: line,
});

describe('a recipient that does not exist', () => {
  it.each(['5.1.1', '5.1.2', '5.1.3', '5.1.10'])('is final when RCPT is refused with %s', (status) => {
    expect(isNonexistentRecipient(classifyReply(reply('rcpt', `550 ${status} refused`), before))).toBe(true);
  });

  it.each(['550 5.1.1 <dkim@customer.example> unknown', '550 5.1.1 no such user, or mailbox full', '553 5.1.2 relay: host unknown'])(
    'is final whatever else %j speaks of',
    (line) => {
      expect(isNonexistentRecipient(classifyReply(reply('rcpt', line), before))).toBe(true);
    },
  );

  it.each([
    ['the words alone', 'rcpt', '550 User unknown'],
    ['a temporary status', 'rcpt', '450 4.1.1 User unknown'],
    ['a status that contradicts its code', 'rcpt', '450 5.1.1 User unknown'],
    ['another stage', 'mail', '550 5.1.1 User unknown'],
    ['the whole message', 'final', '550 5.1.1 User unknown'],
    ['the sender', 'rcpt', '550 5.1.1 <a@b.example>: Sender address rejected: User unknown'],
    ['a policy', 'rcpt', '550 5.7.1 refused'],
    ['a longer status', 'rcpt', '550 5.1.100 refused'],
  ] as const)('is not concluded from %s', (_from, stage, line) => {
    expect(isNonexistentRecipient(classifyReply(reply(stage, line), before))).toBe(false);
  });
});

describe('what happens in place of a reply', () => {
  it.each([
    [{ kind: 'address', stage: 'dns', reason: 'host_forbidden', text: '' }, 'permanent', 'smtp_host_unknown'],
    [{ kind: 'address', stage: 'dns', reason: 'port_forbidden', text: '' }, 'permanent', 'smtp_port_forbidden'],
    [{ kind: 'address', stage: 'dns', reason: 'host_unknown', text: '' }, 'permanent', 'smtp_host_unknown'],
    [{ kind: 'address', stage: 'dns', reason: 'dns_unavailable', text: '' }, 'transient', 'smtp_dns_unavailable'],
    [{ kind: 'network', stage: 'connect', reason: 'refused', text: '' }, 'transient', 'smtp_unreachable'],
    [{ kind: 'network', stage: 'connect', reason: 'unroutable', text: '' }, 'transient', 'smtp_unreachable'],
    [{ kind: 'network', stage: 'connect', reason: 'timeout', text: '' }, 'transient', 'smtp_unreachable'],
    [{ kind: 'network', stage: 'connect', reason: 'reset', text: '' }, 'transient', 'smtp_unreachable'],
    [{ kind: 'network', stage: 'tls', reason: 'closed', text: '' }, 'transient', 'smtp_tls_failed'],
    [{ kind: 'network', stage: 'tls', reason: 'timeout', text: '' }, 'transient', 'smtp_timeout'],
    [{ kind: 'network', stage: 'greeting', reason: 'timeout', text: '' }, 'transient', 'smtp_timeout'],
    [{ kind: 'network', stage: 'greeting', reason: 'closed', text: '' }, 'transient', 'smtp_connection_lost'],
    [{ kind: 'network', stage: 'data', reason: 'reset', text: '' }, 'transient', 'smtp_connection_lost'],
    [{ kind: 'network', stage: 'data', reason: 'unroutable', text: '' }, 'transient', 'smtp_connection_lost'],
    [{ kind: 'tls', stage: 'tls', reason: 'starttls_missing', text: '' }, 'permanent', 'smtp_starttls_missing'],
    [{ kind: 'tls', stage: 'tls', reason: 'untrusted', text: '' }, 'permanent', 'smtp_certificate_untrusted'],
    [{ kind: 'tls', stage: 'tls', reason: 'outdated', text: '' }, 'permanent', 'smtp_tls_outdated'],
    [{ kind: 'tls', stage: 'tls', reason: 'incomplete', text: '' }, 'permanent', 'smtp_certificate_incomplete'],
    [{ kind: 'tls', stage: 'tls', reason: 'not_yet_valid', text: '' }, 'permanent', 'smtp_certificate_not_yet_valid'],
    [{ kind: 'tls', stage: 'tls', reason: 'expired', text: '' }, 'permanent', 'smtp_certificate_expired'],
    [{ kind: 'tls', stage: 'tls', reason: 'wrong_host', text: '' }, 'permanent', 'smtp_certificate_wrong_host'],
    [{ kind: 'tls', stage: 'tls', reason: 'handshake', text: '' }, 'transient', 'smtp_tls_failed'],
    [{ kind: 'protocol', stage: 'greeting', text: 'HTTP/1.1 400 Bad Request' }, 'transient', 'smtp_protocol_error'],
    [{ kind: 'unsupported', stage: 'auth', reason: 'auth', text: '' }, 'permanent', 'smtp_auth_unavailable'],
    [reply('rcpt', '354 go on'), 'transient', 'smtp_protocol_error'],
    [reply('data', '250 ok'), 'transient', 'smtp_protocol_error'],
  ] as const)('%j is a failure of the route', (fact, lasting, reason) => {
    expect(classifyReply(fact, before)).toMatchObject({ scope: 'route', lasting, reason });
  });

  it('blames the message when the server announces a smaller size', () => {
    const sizes = { limitBytes: 1000, messageBytes: 2000 };
    const verdict = classifyReply({ kind: 'unsupported', stage: 'mail', reason: 'size', sizes, text: 'SIZE 1000' }, before);
    expect(verdict).toMatchObject({ scope: 'message', lasting: 'permanent', reason: 'message_too_large', sizes });
  });

  it('tells the size of a message that the server refuses for it in its own words', () => {
    const context = { ...before, messageBytes: 2000 };
    expect(classifyReply(reply('mail', '552 5.3.4 Message size exceeds fixed limit'), context).sizes).toEqual({ messageBytes: 2000 });
    expect(classifyReply(reply('mail', '550 5.7.1 not you'), context).sizes).toBeUndefined();
  });

  it('blames the recipient whose address the server does not support', () => {
    const verdict = classifyReply({ kind: 'unsupported', stage: 'rcpt', reason: 'smtputf8', text: '' }, before);
    expect(verdict).toMatchObject({ scope: 'recipient', lasting: 'permanent', reason: 'recipient_needs_smtputf8', reply: null });
  });

  it('shows what the server wrote, and never the words of our own library', () => {
    expect(classifyReply({ kind: 'protocol', stage: 'greeting', text: 'SSH-2.0-OpenSSH\r\n' }, before).reply).toBe('SSH-2.0-OpenSSH');
    const refused = { kind: 'network', stage: 'connect', reason: 'refused', text: 'connect ECONNREFUSED 10.0.0.5:587' } as const;
    expect(classifyReply(refused, before).reply).toBeNull();
  });
});

describe('a server that names a time', () => {
  it('is heard, also where the words run over several lines', () => {
    const verdict = classifyReply(reply('rcpt', '451-4.7.1 Greylisted, please try again\n451 4.7.1 in 3 minutes'), before);
    expect(verdict).toMatchObject({ reason: 'asked_to_come_back', lasting: 'transient', askedWaitMs: 180_000 });
  });

  it('is not heard when it refuses for good, or names none', () => {
    expect(classifyReply(reply('rcpt', '550 5.7.1 no, do not try again in 3 minutes'), before)).not.toHaveProperty('askedWaitMs');
    expect(classifyReply(reply('rcpt', '451 4.7.1 Greylisted'), before)).not.toHaveProperty('askedWaitMs');
  });
});

describe('after the end of data', () => {
  it.each([
    ['a lost link', { kind: 'network', stage: 'final', reason: 'reset', text: '' }, 'broke'],
    ['a closed link', { kind: 'network', stage: 'final', reason: 'closed', text: '' }, 'broke'],
    ['silence', { kind: 'network', stage: 'final', reason: 'timeout', text: '' }, 'stalled'],
    ['garbage', { kind: 'protocol', stage: 'final', text: '\u0000\u0001' }, 'nonsense'],
    ['a 354', reply('final', '354 End data with <CR><LF>.<CR><LF>'), 'nonsense'],
    ['a 250 reported as trouble', reply('final', '250 ok'), 'nonsense'],
    ['a 999', reply('final', '999 what'), 'nonsense'],
    ['a link that broke while the data was still going out', { kind: 'network', stage: 'data', reason: 'reset', text: '' }, 'broke'],
    ['a 421 that answers something else', reply('data', '421 closing'), 'nonsense'],
  ] as const)('%s leaves the mail uncertain, and is told as seen', (_what, fact, seen) => {
    expect(classifyReply(fact, after)).toMatchObject({
      scope: 'message',
      lasting: 'uncertain',
      reason: 'no_final_reply',
      stage: fact.stage,
      seen,
    });
  });

  it('is told with what was seen', () => {
    const verdict = classifyReply({ kind: 'network', stage: 'final', reason: 'timeout', text: '' }, after);
    expect(reasonOf(verdict, 'smtp.acme.example:587')).toEqual({
      code: 'no_final_reply',
      server: 'smtp.acme.example:587',
      reply: null,
      seen: 'stalled',
    });
  });

  it.each(['421 shutting down', '451 try again', '554 no'])('%s is a certain no', (line) => {
    expect(classifyReply(reply('final', line), after).lasting).not.toBe('uncertain');
  });
});

describe('any fact', () => {
  const stage = fc.constantFrom(...ATTEMPT_STAGES);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2000 }),
    fc.string({ maxLength: 200 }),
    fc.constantFrom(
      'User unknown',
      'Relay access denied',
      '5.7.1 too many messages',
      'over quota',
      'SPF',
      'try again later',
      'message too large',
    ),
  );
  const code = fc.oneof(fc.integer({ min: 200, max: 599 }), fc.integer(), fc.constantFrom(NaN, Infinity, 4.5));
  const enhancedCode = fc.oneof(fc.constant(null), fc.constantFrom('5.1.1', '4.1.1', '5.7.1', '4.3.1'), fc.string({ maxLength: 20 }));
  const replies = fc.record({ kind: fc.constant('reply' as const), stage, code, enhancedCode, text });
  const fact: fc.Arbitrary<SmtpFact> = fc.oneof(
    replies,
    fc.record({ kind: fc.constant('protocol' as const), stage, text }),
    fc.record({
      kind: fc.constant('network' as const),
      stage,
      reason: fc.constantFrom('refused' as const, 'unroutable' as const, 'reset' as const, 'closed' as const, 'timeout' as const),
      text,
    }),
  );

  it('gets one known verdict, the same each time', () => {
    fc.assert(
      fc.property(fact, fc.boolean(), (observed, endOfDataReleased) => {
        const verdict = classifyReply(observed, { endOfDataReleased });
        expect(classifyReply(observed, { endOfDataReleased })).toEqual(verdict);
        expect(FAILURE_CODES).toContain(verdict.reason);
        expect(verdict.reply === null || (verdict.reply.length <= 500 && verdict.reply.isWellFormed())).toBe(true);
      }),
    );
  });

  it('is uncertain exactly when the end of data is out and no refusal answers it', () => {
    fc.assert(
      fc.property(fact, fc.boolean(), (observed, endOfDataReleased) => {
        const refusal = observed.kind === 'reply' && observed.stage === 'final' && observed.code >= 400 && observed.code <= 599;
        const { lasting, reason } = classifyReply(observed, { endOfDataReleased });
        expect(lasting === 'uncertain').toBe(endOfDataReleased && !refusal);
        expect(reason === 'no_final_reply').toBe(lasting === 'uncertain');
      }),
    );
  });

  it('with a 4xx is never permanent', () => {
    fc.assert(
      fc.property(replies, fc.integer({ min: 400, max: 499 }), (observed, transient) => {
        expect(classifyReply({ ...observed, code: transient }, before).lasting).toBe('transient');
      }),
    );
  });

  it('blames only the recipient or the route at RCPT unless the message is too large', () => {
    fc.assert(
      fc.property(replies, (observed) => {
        const verdict = classifyReply({ ...observed, stage: 'rcpt' }, before);
        expect(verdict.scope === 'message').toBe(verdict.reason === 'message_too_large');
      }),
    );
  });

  it('of 5 MB is judged in time that does not grow with its square', () => {
    const usedBefore = process.cpuUsage();
    for (const unit of ['550-5.1.1 ', 'too many ', 'mailbox is ', '\n', 'a', ' ']) {
      classifyReply({ kind: 'reply', stage: 'rcpt', code: 550, enhancedCode: null, text: unit.repeat(5_000_000 / unit.length) }, before);
    }
    const used = process.cpuUsage(usedBefore);
    expect((used.user + used.system) / 1000).toBeLessThan(3000);
  });
});
