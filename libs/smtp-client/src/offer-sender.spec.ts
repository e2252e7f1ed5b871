import { startScriptedSmtpServer, type ScriptedSmtpServer, type SmtpScript } from '@billing-mail/testkit';
import { type SessionStep } from './smtp-server.js';
import { handlesLeft, IMPATIENT, openHandles, PATIENT, sessionWith } from './testing/client.js';

describe('offerSender', () => {
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
    const fact = await session.offerSender('billing@acme.test');
    await session.close();
    return fact;
  };

  it('finds a sender taken, names no recipient and sends nothing', async () => {
    expect(await offer({})).toBeNull();
    expect(steps.at(-1)).toMatchObject({ step: 'mail_from', ok: true, detail: expect.stringMatching(/^250 (?!250)/) });
    expect(server.connections[0]?.commands.slice(-2)).toEqual(['MAIL FROM:<billing@acme.test>', 'QUIT']);
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

  it('refuses what would be a second command', async () => {
    const session = await sessionWith(server);
    await expect(session.offerSender('a@b.test>\r\nRCPT TO:<c@d.test')).rejects.toThrow(TypeError);
    await session.close();
  });
});
