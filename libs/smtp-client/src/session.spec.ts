import { setTimeout as sleep } from 'node:timers/promises';
import { type SmtpFact } from '@billing-mail/mail-core';
import { eventually, times, type ScriptedSmtpServer, type SmtpScript } from '@billing-mail/testkit';
import { type SessionStep } from './smtp-server.js';
import { eachWithServer, IMPATIENT, messageOf, PATIENT, sessionWith, timeoutsFor } from './testing/client.js';

let server: ScriptedSmtpServer;
eachWithServer((started) => (server = started));

const SMALL = 'Subject: small\r\n\r\nhello\r\n';
// More than the kernel's buffers hold on both sides, so that the client notices when a server stops reading.
const LARGE = Buffer.from(`${'x'.repeat(76)}\r\n`.repeat(300_000));
const TWO = ['one@customer.test', 'two@customer.test'];

type Expected = Partial<Record<'reason' | 'code' | 'enhancedCode', string | number>> & Pick<SmtpFact, 'kind' | 'stage'>;
type Fault = { fault: string; script: SmtpScript; fact: Expected; released?: boolean; kept?: number; usable?: boolean; content?: Buffer };

const FAULTS: Fault[] = [
  ...[421, 451, 550].map((code): Fault => ({
    fault: `MAIL refused with ${code}`,
    script: { mail: `${code} no` },
    fact: { kind: 'reply', stage: 'mail', code },
    usable: code !== 421,
  })),
  { fault: 'silence at MAIL', script: { mail: 'stall' }, fact: { kind: 'network', stage: 'mail', reason: 'timeout' } },
  { fault: 'a link reset at MAIL', script: { mail: 'reset' }, fact: { kind: 'network', stage: 'mail', reason: 'reset' } },
  {
    fault: 'every RCPT 450',
    script: { rcpt: '450 4.2.1 busy' },
    fact: { kind: 'reply', stage: 'rcpt', code: 450, enhancedCode: '4.2.1' },
    usable: true,
  },
  {
    fault: 'every RCPT 550',
    script: { rcpt: '550 5.1.1 no such user' },
    fact: { kind: 'reply', stage: 'rcpt', code: 550, enhancedCode: '5.1.1' },
    usable: true,
  },
  {
    fault: 'RCPT refused for good and for now',
    script: { rcpt: times(1, '550 5.1.1 no', '452 4.5.3 too many') },
    fact: { kind: 'reply', stage: 'rcpt', code: 452 },
    usable: true,
  },
  {
    fault: 'RCPT answered by 421',
    script: { rcpt: times(1, '250 ok', '421 4.7.0 enough') },
    fact: { kind: 'reply', stage: 'rcpt', code: 421 },
  },
  {
    fault: 'a link closed at RCPT',
    script: { rcpt: times(1, '250 ok', 'close') },
    fact: { kind: 'network', stage: 'rcpt', reason: 'closed' },
  },
  { fault: 'DATA refused with 451', script: { data: '451 4.3.0 no' }, fact: { kind: 'reply', stage: 'data', code: 451 }, usable: true },
  { fault: 'DATA refused with 554', script: { data: '554 no' }, fact: { kind: 'reply', stage: 'data', code: 554 }, usable: true },
  { fault: 'silence at DATA', script: { data: 'stall' }, fact: { kind: 'network', stage: 'data', reason: 'timeout' } },
  {
    fault: 'a reset in mid-data',
    script: { body: { afterBytes: 500_000, action: 'reset' } },
    fact: { kind: 'network', stage: 'data', reason: 'reset' },
    content: LARGE,
  },
  {
    fault: 'a stall in mid-data',
    script: { body: { afterBytes: 500_000, action: 'stall' } },
    fact: { kind: 'network', stage: 'data', reason: 'timeout' },
    content: LARGE,
  },
  {
    fault: 'an early 552 in mid-data',
    script: { body: { afterBytes: 500_000, action: '552 5.3.4 too big' } },
    fact: { kind: 'reply', stage: 'data', code: 552, enhancedCode: '5.3.4' },
    content: LARGE,
  },
  {
    fault: 'an early 250 in mid-data',
    script: { body: { afterBytes: 500_000, action: '250 enough' } },
    fact: { kind: 'protocol', stage: 'data' },
    content: LARGE,
  },
  {
    fault: 'a close after the end of data',
    script: { final: 'close' },
    fact: { kind: 'network', stage: 'final', reason: 'closed' },
    released: true,
    kept: 1,
  },
  {
    fault: 'a reset after the end of data',
    script: { final: 'reset' },
    fact: { kind: 'network', stage: 'final', reason: 'reset' },
    released: true,
    kept: 1,
  },
  {
    fault: 'silence after the end of data',
    script: { final: 'stall' },
    fact: { kind: 'network', stage: 'final', reason: 'timeout' },
    released: true,
    kept: 1,
  },
  {
    fault: 'a reply after the end of data that begins as a yes and ends as a no',
    script: { final: { raw: '250-queued\r\n550 no\r\n' } },
    fact: { kind: 'protocol', stage: 'final' },
    released: true,
    kept: 1,
  },
  {
    fault: 'words without a code after the end of data',
    script: { final: { raw: 'Ok queued', then: 'close' } },
    fact: { kind: 'network', stage: 'final', reason: 'closed' },
    released: true,
    kept: 1,
  },
  {
    fault: 'garbage after the end of data',
    script: { final: { raw: '\u0000\u0001garbage\r\n' } },
    fact: { kind: 'protocol', stage: 'final' },
    released: true,
    kept: 1,
  },
  {
    fault: 'an endless reply after the end of data',
    script: { final: { flood: 5_000_000 } },
    fact: { kind: 'protocol', stage: 'final' },
    released: true,
    kept: 1,
  },
  {
    fault: 'half a code after the end of data',
    script: { final: { raw: '25' } },
    fact: { kind: 'network', stage: 'final', reason: 'timeout' },
    released: true,
    kept: 1,
  },
  {
    fault: '354 after the end of data',
    script: { final: '354 more?' },
    fact: { kind: 'protocol', stage: 'final' },
    released: true,
    kept: 1,
    usable: true,
  },
  ...[421, 451, 554].map((code): Fault => ({
    fault: `${code} after the end of data`,
    script: { final: `${code} no` },
    fact: { kind: 'reply', stage: 'final', code },
    released: true,
    usable: code !== 421,
  })),
];

/** With and without PIPELINING: all these tests hold for both. */
const MANNERS = [
  { manner: 'in a row', extensions: ['PIPELINING'] },
  { manner: 'one by one', extensions: [] },
];

describe.each(MANNERS)('a message that the server does not take, commands sent $manner,', ({ extensions }) => {
  it.each(FAULTS)(
    'is told by stage and kind: $fault',
    async ({ script, fact, released = false, kept = 0, usable = false, content = SMALL }) => {
      server.script = { extensions, ...script };
      const session = await sessionWith(server, {}, { timeouts: timeoutsFor(fact) });
      const result = await session.send(messageOf(content, { recipients: TWO }));
      expect(result).toMatchObject({ outcome: 'failed', fact, endOfDataReleased: released });
      expect(server.messages).toHaveLength(kept);
      expect(server.transactions.filter((transaction) => transaction.endOfDataSeen)).toHaveLength(released ? 1 : 0);
      expect(session.usable).toBe(usable);
      await session.close();
    },
  );

  it('is not begun when it is larger than the server announced', async () => {
    server.script = { maxBytes: 10 };
    const session = await sessionWith(server);
    expect(await session.send(messageOf(SMALL))).toMatchObject({
      outcome: 'failed',
      fact: { kind: 'unsupported', stage: 'mail', reason: 'size' },
    });
    expect(server.transactions).toEqual([]);
    await session.close();
  });

  it('has a link to blame that the server closed while nothing was under way', async () => {
    const session = await sessionWith(server);
    await server.close();
    await eventually(() => !session.usable);
    expect(await session.send(messageOf(SMALL))).toMatchObject({
      outcome: 'failed',
      endOfDataReleased: false,
      fact: { kind: 'network', stage: 'mail', reason: 'closed' },
    });
  });
});

describe('a message that the server takes', () => {
  it.each<[string, SmtpScript]>([
    ['in one line', {}],
    ['in several lines', { final: '250 2.0.0 thank\nyou\nvery much' }],
    ['byte by byte', { final: { drip: '250 ok', everyMs: 5 } }],
    ['and says more than it should', { final: { raw: '250 ok\r\n250 ok\r\n' } }],
    ['with nothing between code and words', { final: { raw: '250Ok queued as 1\r\n' } }],
    ['with a tab behind the code', { final: { raw: '250\tok\r\n' } }],
    ['with a last line that has no code', { final: { raw: '250-queued\r\nas 1\r\n' } }],
    ['with a line between that has none', { final: { raw: '250-queued\r\nas\r\n250 1\r\n' } }],
    ['and hangs up in the middle of it', { final: { raw: '250-2.0.0 queued\r\n250 as', then: 'close' } }],
    ['and breaks off in the middle of it', { final: { raw: '250 2.0.0 queu', then: 'reset' } }],
    ['and hangs up', { final: { reply: '250 ok', then: 'close' } }],
    ['and hangs up with 421', { final: { raw: '250 ok\r\n421 bye\r\n' } }],
  ])('is accepted when the server says so %s', async (_how, script) => {
    server.script = script;
    const session = await sessionWith(server);
    const result = await session.send(messageOf(SMALL, { recipients: TWO }));
    expect(result).toMatchObject({ outcome: 'accepted', code: 250, endOfDataReleased: true });
    expect(result.recipients).toEqual(TWO.map((address) => ({ address, accepted: true })));
    expect(server.messages.map(({ raw }) => raw?.toString())).toEqual([SMALL]);
    await session.close();
  });

  it('is accepted when the server stops in the middle of saying so', async () => {
    server.script = { final: { raw: '250-2.0.0 queued\r\n' } };
    const session = await sessionWith(server, {}, { timeouts: IMPATIENT });
    expect(await session.send(messageOf(SMALL))).toMatchObject({ outcome: 'accepted', code: 250, reply: '250 2.0.0 queued' });
    expect(session.usable).toBe(false);
  });

  it('leaves no session that could take the rest of a reply for the next one', async () => {
    server.script = { final: { raw: '250-queued\r\nas 1\r\n' } };
    const session = await sessionWith(server);
    expect(await session.send(messageOf(SMALL))).toMatchObject({ outcome: 'accepted', reply: '250-queued 250 as 1' });
    expect(session.usable).toBe(false);
  });

  it('goes to those recipients that were not refused, and each refusal is told', async () => {
    server.script = { rcpt: (address) => (address.startsWith('bad') ? '550 5.1.1 no such user' : '250 ok') };
    const session = await sessionWith(server);
    const asked: string[][] = [];
    const result = await session.send(
      messageOf(SMALL, {
        recipients: ['a@x.test', 'bad@x.test', 'b@x.test'],
        beforeEndOfData: async (accepted) => (asked.push(accepted), 'release'),
      }),
    );
    expect(result).toMatchObject({
      outcome: 'accepted',
      recipients: [
        { address: 'a@x.test', accepted: true },
        { address: 'bad@x.test', accepted: false, fact: { kind: 'reply', stage: 'rcpt', code: 550, enhancedCode: '5.1.1' } },
        { address: 'b@x.test', accepted: true },
      ],
    });
    expect(asked).toEqual([['a@x.test', 'b@x.test']]);
    await session.close();
  });

  const INTERNATIONAL = ['a@x.test', 'müller@x.test', 'user.@docomo.ne.jp'];
  it('goes to addresses beyond ASCII where the server offers SMTPUTF8, and old forms are quoted', async () => {
    const session = await sessionWith(server);
    const asked: string[][] = [];
    const beforeEndOfData = async (accepted: string[]) => (asked.push(accepted), 'release' as const);
    expect(await session.send(messageOf(SMALL, { recipients: INTERNATIONAL, beforeEndOfData }))).toMatchObject({ outcome: 'accepted' });
    expect(await session.send(messageOf(SMALL))).toMatchObject({ outcome: 'accepted' });
    await session.close();
    const commands = server.connections[0]?.commands.filter((command) => /^(?:MAIL|RCPT)/.test(command));
    expect(commands).toEqual([
      `MAIL FROM:<billing@acme.test> SIZE=${SMALL.length} SMTPUTF8`,
      'RCPT TO:<a@x.test>',
      'RCPT TO:<müller@x.test>',
      'RCPT TO:<"user."@docomo.ne.jp>',
      `MAIL FROM:<billing@acme.test> SIZE=${SMALL.length}`,
      'RCPT TO:<payables@customer.test>',
    ]);
    expect(asked).toEqual([INTERNATIONAL]);
  });

  it('goes to the others where the server does not offer SMTPUTF8, and is told of those who need it without a question', async () => {
    server.script = { extensions: ['PIPELINING'] };
    const session = await sessionWith(server);
    const fact = { kind: 'unsupported', stage: 'rcpt', reason: 'smtputf8' };
    expect(await session.send(messageOf(SMALL, { recipients: INTERNATIONAL }))).toMatchObject({
      outcome: 'accepted',
      recipients: [
        { address: 'a@x.test', accepted: true },
        { address: 'müller@x.test', accepted: false, fact },
        { address: 'user.@docomo.ne.jp', accepted: true },
      ],
    });
    expect(await session.send(messageOf(SMALL, { recipients: ['müller@x.test'] }))).toMatchObject({
      outcome: 'failed',
      fact,
      recipients: [{ accepted: false, fact }],
    });
    await session.close();
    expect(server.messages.map(({ recipients }) => recipients.map(({ address }) => address))).toEqual([
      ['a@x.test', '"user."@docomo.ne.jp'],
    ]);
  });

  it('leaves the session free for the next one, also after refusals', async () => {
    server.script = {
      mail: { inTurn: ['250 ok', '550 no', '250 ok'] },
      rcpt: { inTurn: ['550 no', '250 ok'] },
      data: { inTurn: ['451 no', '354 go'] },
      final: { inTurn: ['554 no', '250 ok'] },
    };
    const session = await sessionWith(server);
    const stages: string[] = [];
    for (let count = 0; count < 6; count++) {
      const result = await session.send(messageOf(SMALL));
      stages.push(result.outcome === 'failed' ? result.fact.stage : result.outcome);
    }
    await session.close();
    expect(stages).toEqual(['rcpt', 'mail', 'data', 'final', 'accepted', 'accepted']);
    expect(server.connections).toHaveLength(1);
  });

  it('is told step by step', async () => {
    const steps: SessionStep[] = [];
    const session = await sessionWith(server, {}, { onStep: (step) => steps.push(step) });
    await session.send(messageOf(SMALL));
    await session.close();
    expect(steps.slice(-3)).toMatchObject([
      { step: 'mail_from', ok: true },
      { step: 'rcpt', ok: true },
      { step: 'data', ok: true, detail: '250 2.0.0 queued' },
    ]);
  });

  it('reaches 2,000 recipients of one envelope', async () => {
    const session = await sessionWith(server);
    const recipients = Array.from({ length: 2_000 }, (_, index) => `r${index}@customer.test`);
    const result = await session.send(messageOf(SMALL, { recipients }));
    expect(result.recipients.every(({ accepted }) => accepted)).toBe(true);
    expect(server.messages[0]?.recipients.map(({ address }) => address)).toEqual(recipients);
    await session.close();
  });
});

describe('the end-of-data gate', () => {
  it('is asked when everything but the last bytes is out, and nothing of the end leaves before the answer', async () => {
    const session = await sessionWith(server, {}, { timeouts: { ...PATIENT, replyMs: 2_000 } });
    let answer: (decision: 'release') => void = () => undefined;
    let sending: Promise<unknown> = Promise.resolve();
    await new Promise<void>((asked) => {
      const beforeEndOfData = () => (asked(), new Promise<'release'>((resolve) => (answer = resolve)));
      sending = session.send(messageOf(LARGE, { beforeEndOfData }));
    });
    // The server is not to blame for this wait, so its time limit does not run meanwhile.
    await sleep(2_500);
    expect(server.transactions).toMatchObject([{ dataBegun: true, endOfDataSeen: false }]);
    answer('release');
    expect(await sending).toMatchObject({ outcome: 'accepted', endOfDataReleased: true });
    expect(server.messages).toHaveLength(1);
    await session.close();
  });

  it.each([
    ['says hold', async () => 'hold' as const, null],
    ['cannot answer', () => Promise.reject(new Error('no database')), expect.objectContaining({ message: 'no database' })],
  ])('keeps the end of data back when it %s', async (_how, beforeEndOfData, cause) => {
    const session = await sessionWith(server);
    const result = await session.send(messageOf(SMALL, { beforeEndOfData }));
    expect(result).toEqual({
      outcome: 'held',
      cause,
      bodyBegun: false,
      endOfDataReleased: false,
      recipients: [{ address: 'payables@customer.test', accepted: true }],
    });
    expect(session.usable).toBe(false);
    await eventually(() => server.openConnections === 0);
    expect(server.transactions).toMatchObject([{ dataBegun: true, endOfDataSeen: false }]);
  });

  it('is not asked when no recipient was accepted', async () => {
    server.script = { rcpt: '550 no' };
    const session = await sessionWith(server);
    let asked = 0;
    await session.send(messageOf(SMALL, { beforeEndOfData: async () => (asked++, 'release') }));
    expect(asked).toBe(0);
    await session.close();
  });

  it('lets nothing go when the link is lost while it decides, and its answer is waited for', async () => {
    server.script = { body: { afterBytes: 1, action: { wait: 50, then: 'reset' } } };
    const session = await sessionWith(server);
    let decided = false;
    const beforeEndOfData = async () => {
      await sleep(200);
      decided = true;
      return 'release' as const;
    };
    const result = await session.send(messageOf(`${'x'.repeat(200)}\r\n`, { beforeEndOfData }));
    expect(result).toMatchObject({
      outcome: 'failed',
      endOfDataReleased: false,
      fact: { kind: 'network', stage: 'data', reason: 'reset' },
    });
    expect(decided).toBe(true);
  });
});

describe('closing in mid-message', () => {
  it('holds the end of data back while it is not out', async () => {
    const session = await sessionWith(server);
    const sending = session.send(messageOf(SMALL, { beforeEndOfData: async () => (await session.close(), 'release') }));
    expect(await sending).toMatchObject({ outcome: 'held', endOfDataReleased: false });
    expect(server.messages).toEqual([]);
  });

  it('leaves it open what became of the message once the end of data is out', async () => {
    server.script = { final: 'stall' };
    const session = await sessionWith(server);
    const sending = session.send(messageOf(SMALL));
    await server.waitFor(1);
    await session.close();
    expect(await sending).toMatchObject({
      outcome: 'failed',
      endOfDataReleased: true,
      fact: { kind: 'network', stage: 'final', reason: 'closed' },
    });
  });
});

describe('a session that is closed', () => {
  it('is not usable from that moment on, and closes once', async () => {
    server.script = { quit: { wait: 50, then: { reply: '221 bye', then: 'close' } } };
    const session = await sessionWith(server);
    const closing = [session.close(), session.close()];
    expect(session.usable).toBe(false);
    await expect(session.send(messageOf(SMALL))).rejects.toThrow('closed');
    await Promise.all(closing);
    expect(server.connections[0]?.commands.filter((command) => command === 'QUIT')).toHaveLength(1);
  });
});

describe('what only a mistake of the caller can bring', () => {
  it.each(['a@b.test>\r\nRCPT TO:<c@d.test', 'a b@c.test', 'ä\u202e@b.test', ''])(
    'is thrown before anything is sent: recipient %j',
    async (recipient) => {
      const session = await sessionWith(server);
      await expect(session.send(messageOf(SMALL, { recipients: [recipient] }))).rejects.toThrow(TypeError);
      await session.close();
      expect(server.transactions).toEqual([]);
    },
  );
});
