import { SessionKeeper } from '@billing-mail/smtp-client';
import { eventually, type ScriptedSmtpServer, type SmtpAction, type SmtpScript, startScriptedSmtpServer } from '@billing-mail/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RecipientRow } from '../records/rows.js';
import { type HandedIn, type HandIn, handIn } from './hand-in.js';

describe('handing in while the claim is lost', () => {
  let server: ScriptedSmtpServer;
  const keeper = new SessionKeeper({ idleMs: 1000, messagesPerSession: 10 });
  beforeEach(async () => {
    server = await startScriptedSmtpServer();
    server.script = { banner: 'stall' };
  });
  afterEach(() => server.close());

  /** Only the signal can end this: the server says nothing, and the time-outs are long. */
  const handInUntil = (signal: AbortSignal): Promise<HandedIn> =>
    handIn({
      line: keeper.line({ host: '127.0.0.1', port: server.port, security: 'none', auth: { type: 'none' } }, 'team', {
        policy: { allowedNetworks: ['127.0.0.0/8'], allowedPorts: [server.port] },
        timeouts: { connectMs: 60_000, replyMs: 60_000, finalReplyMs: 60_000 },
        clientName: 'client.test',
      }),
      server: 'server.test:25',
      from: () => 'billing@acme.example',
      recipients: [],
      maxRecipients: 50,
      message: { size: 2, body: Buffer.from('\r\n') },
      releaseEndOfData: () => Promise.resolve(false),
      passOn: () => false,
      recordProgress: () => Promise.resolve(),
      signal,
    });

  it('is no try when it was lost before the connection was opened', async () => {
    expect(await handInUntil(AbortSignal.abort())).toMatchObject({ results: [], failure: null, interrupted: expect.any(Error) });
  });

  it('is no try when it is lost while the connection is being opened', async () => {
    const losing = new AbortController();
    const handedIn = handInUntil(losing.signal);
    await eventually(() => server.connections.length > 0);
    losing.abort();
    expect(await handedIn).toMatchObject({ results: [], failure: null, interrupted: expect.any(Error) });
  });
});

describe('a server that takes few recipients in one transaction', () => {
  let server: ScriptedSmtpServer;
  let keeper: SessionKeeper;
  beforeEach(async () => {
    server = await startScriptedSmtpServer();
    keeper = new SessionKeeper({ idleMs: 60_000, messagesPerSession: 100 });
  });
  afterEach(async () => {
    await keeper.close();
    await server.close();
  });

  const BODY = Buffer.from(`Subject: small\r\n\r\n${'x'.repeat(300)}\r\n`);
  const released: number[][] = [];
  beforeEach(() => void released.splice(0));

  const recipientsOf = (count: number): RecipientRow[] =>
    Array.from({ length: count }, (_, position) => ({ position, address: `r${position}@customer.example` }) as RecipientRow);

  async function handInTo(recipients: RecipientRow[], change: Partial<HandIn> = {}): Promise<HandedIn> {
    const handedIn = await handIn({
      line: keeper.line({ host: '127.0.0.1', port: server.port, security: 'none', auth: { type: 'none' } }, 'team', {
        policy: { allowedNetworks: ['127.0.0.0/8'], allowedPorts: [server.port] },
        timeouts: { connectMs: 60_000, replyMs: 60_000, finalReplyMs: 60_000 },
        clientName: 'client.test',
      }),
      server: 'server.test:25',
      from: () => 'billing@acme.example',
      recipients,
      maxRecipients: 50,
      message: { size: BODY.length, body: BODY },
      releaseEndOfData: async (positions) => (released.push(positions), true),
      passOn: () => false,
      recordProgress: async () => undefined,
      signal: new AbortController().signal,
      ...change,
    });
    await sleep(0); // `handIn` does not wait until the line is given back
    return handedIn;
  }

  const sizes = (): number[] => server.messages.map(({ recipients }) => recipients.filter(({ accepted }) => accepted).length);
  const takes = (count: number, otherwise: SmtpAction): SmtpScript => ({
    rcpt: (_address, index) => (index < count ? '250 ok' : otherwise),
  });

  it.each([
    '452 4.5.3 too many recipients',
    '550 5.5.3 Too many recipients',
    '452 Requested action not taken',
    '554 5.7.1 recipient limit reached',
    '552 too many recipients',
  ])('gets the rest in further transactions of the same session, in one try, without a failure: %s', async (refusal) => {
    server.script = takes(5, refusal);
    const handedIn = await handInTo(recipientsOf(20));
    expect(handedIn).toMatchObject({ failure: null, interrupted: null, facts: { stage: 'final', code: 250, reason: null } });
    expect(handedIn.results.map(({ position, outcome }) => [position, outcome])).toEqual(
      Array.from({ length: 20 }, (_, position) => [position, 'accepted']),
    );
    expect(sizes()).toEqual([5, 5, 5, 5]);
    expect(server.connections).toHaveLength(1);
    // Each transaction has its own gate, which is asked for exactly the recipients that the server accepted.
    expect(released).toEqual(Array.from({ length: 4 }, (_, part) => Array.from({ length: 5 }, (_, index) => part * 5 + index)));
  });

  it('gets To, Cc and Bcc together: one for Bcc alone would come to To and Cc again where the header is read as well', async () => {
    const roles = ['to', 'cc', 'bcc', 'bcc'] as const;
    await handInTo(recipientsOf(4).map((recipient, index) => ({ ...recipient, role: roles[index] ?? 'to' })));
    expect(server.transactions.map(({ recipients }) => recipients.length)).toEqual([4]);
  });

  it('is not asked for more than it takes again, by whatever goes that way', async () => {
    server.script = takes(5, '452 4.5.3 too many recipients');
    await handInTo(recipientsOf(12));
    expect(server.transactions.map(({ recipients }) => recipients.length)).toEqual([12, 5, 2]);
    server.forget();
    await handInTo(recipientsOf(12));
    expect(server.transactions.map(({ recipients }) => recipients.length)).toEqual([5, 5, 2]);
  });

  it('may mean the recipients of a certain time: then nobody is asked for again in this try, and nothing is learnt of one message', async () => {
    server.script = takes(5, '450 4.7.1 Error: too many recipients from unknown[192.0.2.7]');
    const { results, failure } = await handInTo(recipientsOf(12));
    expect(failure).toBeNull();
    expect(server.transactions.map(({ recipients }) => recipients.length)).toEqual([12]);
    const told = [...results].sort((a, b) => a.position - b.position);
    expect(told.map((result) => (result.outcome === 'accepted' ? result.outcome : result.verdict.reason))).toEqual([
      ...Array<string>(5).fill('accepted'),
      ...Array<string>(7).fill('smtp_rate_limited'),
    ]);
    server.forget();
    server.script = {};
    await handInTo(recipientsOf(12));
    expect(server.transactions.map(({ recipients }) => recipients.length)).toEqual([12]);
  });

  it('is never asked for more than it announces', async () => {
    server.script = { extensions: ['PIPELINING', 'LIMITS MAILMAX=100 RCPTMAX=4'] };
    await handInTo(recipientsOf(10));
    expect(server.transactions.map(({ recipients }) => recipients.length)).toEqual([4, 4, 2]);
  });

  it('has refused those whom it refuses for another reason, and them alone', async () => {
    server.script = {
      rcpt: (address, index) => {
        if (address.startsWith('r2@')) return '550 5.1.1 no such user';
        return index < 5 ? '250 ok' : '452 4.5.3 too many recipients';
      },
    };
    const { results, failure } = await handInTo(recipientsOf(10));
    expect(failure).toBeNull();
    expect(results.filter(({ outcome }) => outcome !== 'accepted')).toMatchObject([
      { position: 2, outcome: 'refused', verdict: { reason: 'recipient_unknown' } },
    ]);
    expect(results).toHaveLength(10);
  });

  it('may count those of one session: the rest goes over another', async () => {
    let taken = 0;
    server.script = (connection) => ({
      rcpt: () => {
        if (connection === 1 && taken === 5) return '452 4.5.3 too many recipients';
        taken += 1;
        return '250 ok';
      },
    });
    const { results, failure } = await handInTo(recipientsOf(8));
    expect(failure).toBeNull();
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(8).fill('accepted'));
    expect(sizes()).toEqual([5, 3]);
    expect(server.connections).toHaveLength(2);
  });

  it('may say so of the whole mail: it is halved until it passes', async () => {
    let asked = 0;
    server.script = {
      rcpt: () => ((asked += 1), '250 ok'),
      data: { inTurn: ['452 4.5.3 Your message has too many recipients', '354 go'] },
    };
    const { results, failure } = await handInTo(recipientsOf(10));
    expect(failure).toBeNull();
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(10).fill('accepted'));
    expect([sizes(), asked]).toEqual([[5, 5], 20]);
  });

  it('may take only one domain at a time, which is no limit to be remembered', async () => {
    const recipients = recipientsOf(6).map((recipient, index) => ({ ...recipient, address: `r${index}@${index % 2 ? 'b' : 'a'}.example` }));
    let domain = '';
    server.script = {
      rcpt: (address, index) => {
        if (index === 0) domain = address.slice(3);
        return address.endsWith(domain) ? '250 ok' : '452 4.5.3 multiple destination domains per transaction';
      },
    };
    expect((await handInTo(recipients)).results.map(({ outcome }) => outcome)).toEqual(Array(6).fill('accepted'));
    expect(sizes()).toEqual([3, 3]);
    server.forget();
    server.script = {};
    await handInTo(recipients);
    expect(sizes()).toEqual([6]);
  });

  it('is not concluded from one whom it takes at no time', async () => {
    server.script = { rcpt: (address) => (address.startsWith('r1@') ? '452 not taken' : '250 ok') };
    const { results } = await handInTo(recipientsOf(2));
    expect(results.map(({ outcome }) => outcome)).toEqual(['accepted', 'refused']);
    server.forget();
    server.script = {};
    await handInTo(recipientsOf(2));
    expect(sizes()).toEqual([2]);
  });

  it('has refused everybody when it takes nobody in a session of their own', async () => {
    server.script = { rcpt: '452 4.5.3 too many recipients' };
    const { results } = await handInTo(recipientsOf(3));
    expect(results.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
    expect(server.connections).toHaveLength(1);
  });
});
