import { startScriptedSmtpServer, type ScriptedSmtpServer, type SmtpScript } from '@billing-mail/testkit';
import { type SessionStep } from './smtp-server.js';
import { handlesLeft, IMPATIENT, openHandles, PATIENT, sessionWith } from './testing/client.js';

describe('offerEnvelope', () => {
  let server: ScriptedSmtpServer;
  let before: string[];
  let steps: SessionStep[];

  beforeEach(async () => {
    before = openHandles();
    server = await startScriptedSmtpServer();
    steps = [];
  });
  afterEach(async () => {
    await server.close();
    expect(await handlesLeft(before)).toEqual([]);
  });

  const offer = async (script: SmtpScript) => {
    server.script = script;
    const timeouts = script.mail === 'stall' ? IMPATIENT : PATIENT;
    const session = await sessionWith(server, {}, { timeouts, onStep: (step) => steps.push(step) });
    const fact = await session.offerEnvelope('billing@acme.test', 'billing@acme.test');
    await session.close();
    return fact;
  };

  it('finds sender and recipient taken, and sends nothing', async () => {
    expect(await offer({})).toBeNull();
    expect(steps.slice(-2)).toMatchObject([
      { step: 'mail_from', ok: true, detail: expect.stringMatching(/^250 (?!250)/) },
      { step: 'rcpt', ok: true, detail: expect.stringMatching(/^250 (?!250)/) },
    ]);
    const own = '<billing@acme.test>';
    expect(server.connections[0]?.commands.slice(-3)).toEqual([`MAIL FROM:${own}`, `RCPT TO:${own}`, 'QUIT']);
    expect(server.messages).toEqual([]);
  });

  it.each([
    ['refused', '553 5.7.1 not your address', { kind: 'reply', stage: 'mail', code: 553, enhancedCode: '5.7.1' }],
    ['answered by 354', '354 go on', { kind: 'protocol', stage: 'mail' }],
    ['met by silence', 'stall', { kind: 'network', stage: 'mail', reason: 'timeout' }],
    ['met by a reset', 'reset', { kind: 'network', stage: 'mail', reason: 'reset' }],
  ])('tells that a sender is %s', async (_name, mail, fact) => {
    expect(await offer({ mail })).toMatchObject(fact);
    expect(steps.at(-1)).toMatchObject({ step: 'mail_from', ok: false, fact });
  });

  it.each([
    ['our name', '504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname'],
    ['our address', '554 5.7.1 Client host [192.0.2.1] blocked using a list'],
    ['a client that is not signed in', '554 5.7.1 <x@acme.test>: Relay access denied'],
    ['the sender', '553 5.7.1 Sender address rejected: not owned by user billing'],
  ])('tells what the server says only at RCPT, against %s', async (_what, rcpt) => {
    expect(await offer({ rcpt })).toMatchObject({ kind: 'reply', stage: 'rcpt', text: rcpt });
    expect(steps.at(-1)).toMatchObject({ step: 'rcpt', ok: false });
  });

  it.each(['550 5.1.1 no such user', '450 4.2.0 greylisted', '452 4.2.2 mailbox full'])(
    'holds nothing against the server that it says of the recipient alone: %s',
    async (rcpt) => {
      expect(await offer({ rcpt })).toBeNull();
      expect(steps.at(-1)).toMatchObject({ step: 'mail_from', ok: true });
    },
  );

  it('refuses what would be a second command', async () => {
    const session = await sessionWith(server);
    await expect(session.offerEnvelope('a@b.test>\r\nRCPT TO:<c@d.test', 'a@b.test')).rejects.toThrow(TypeError);
    await session.close();
  });
});
