import { type ScriptedSmtpServer, type SmtpScript, startScriptedSmtpServer } from '@billing-mail/testkit';
import { startProbe } from './smtp-probe.js';

type ProbeAnswer = ReturnType<typeof startProbe>['probe'];

describe('startProbe', () => {
  let server: ScriptedSmtpServer;
  beforeEach(async () => {
    server = await startScriptedSmtpServer();
  });
  afterEach(() => server.close());

  const probe = (script: SmtpScript, totalMs: number, replyMs = 1000) => {
    server.script = script;
    const { host, port } = server;
    return startProbe(
      { host, port, security: 'none', auth: { type: 'none' } },
      { from: 'a@acme.example', to: 'b@acme.example', bytes: Buffer.from('Subject: test\r\n\r\ntest\r\n') },
      {
        policy: { allowedNetworks: ['127.0.0.0/8'], allowedPorts: [port] },
        timeouts: { connectMs: 1000, replyMs, finalReplyMs: replyMs },
        clientName: 'client.test',
      },
      totalMs,
    );
  };

  it.each([
    ['the greeting', { banner: 'stall' }, 'greeting', false],
    ['MAIL', { mail: 'stall' }, 'mail_from', false],
    ['the end of data', { final: 'stall' }, 'data', true],
  ] as const)('answers when time is up, naming the step that waits for %s', async (_name, script, step, endOfDataReleased) => {
    const untilStep = async (totalMs: number): Promise<{ first: Awaited<ProbeAnswer>; ended: Promise<unknown> }> => {
      const { probe: answer, ended } = probe(script, totalMs, 4 * totalMs);
      const first = await Promise.race([answer, ended.then(() => null)]);
      if (first === null) throw new Error('it was answered only when the server was given up');
      // A busy machine may not have come as far as the step.
      if (first.steps.at(-1)?.step === step || totalMs > 10_000) return { first, ended };
      await ended;
      return untilStep(2 * totalMs);
    };
    const {
      first: { steps, ...rest },
      ended,
    } = await untilStep(300);
    expect(rest).toEqual({ endOfDataReleased });
    expect(steps.at(-1)).toMatchObject({ step, ok: false, detail: expect.stringContaining('no answer'), fact: { reason: 'timeout' } });
    await ended;
    expect(steps.at(-1)).toMatchObject({ step, detail: expect.stringContaining('no answer') });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.openConnections).toBe(0);
  });

  it('tells that the mail may be out when the server closes at the end of data', async () => {
    const { steps, endOfDataReleased } = await probe({ final: 'close' }, 5000).probe;
    expect(endOfDataReleased).toBe(true);
    expect(steps.at(-1)).toMatchObject({ step: 'data', ok: false });
  });
});
