import { type DnsAnswer, startDnsServer, startScriptedSmtpServer, type ScriptedSmtpServer, type SmtpScript } from '@billing-mail/testkit';
import { KnownServer } from './known-servers.js';
import { type OpenResult } from './open-session.js';
import { type SessionOptions } from './session-options.js';
import { type SessionStep } from './smtp-server.js';
import { ACCOUNT, handlesLeft, openHandles, openWith, PATIENT } from './testing/client.js';

// One name with two machines: DNS answers 127.0.0.2 first, and both have the same port.
const FIRST = '127.0.0.2';
const SECOND = '127.0.0.1';
const NAME = 'smtp.test';

let first: ScriptedSmtpServer;
let second: ScriptedSmtpServer;
let dns: Awaited<ReturnType<typeof startDnsServer>>;
let names: Record<string, DnsAnswer>;
let handlesBefore: string[];

beforeEach(async () => {
  handlesBefore = openHandles();
  second = await startScriptedSmtpServer({}, { host: SECOND });
  first = await startScriptedSmtpServer({}, { host: FIRST, port: second.port });
  names = { [NAME]: { a: [FIRST, SECOND] } };
  dns = await startDnsServer(names);
});

afterEach(async () => {
  await Promise.all([first.close(), second.close(), dns.close()]);
  expect(await handlesLeft(handlesBefore)).toEqual([]);
});

function open(security: SmtpScript['security'] = 'none', options: Partial<SessionOptions> = {}): Promise<OpenResult> {
  return openWith(second, { host: NAME, ...(security === undefined ? {} : { security }) }, { dnsServers: [dns.address], ...options });
}

async function opened(...args: Parameters<typeof open>): Promise<string> {
  const result = await open(...args);
  if (!result.ok) throw new Error(JSON.stringify(result.fact));
  await result.session.close();
  return result.session.remote.address;
}

describe('a name with several addresses', () => {
  it('is asked at the first of them where that works', async () => {
    expect(await opened()).toBe(FIRST);
    expect(second.connections).toEqual([]);
  });

  it('is asked at the next one where the first refuses the connection', async () => {
    await first.close();
    expect(await opened()).toBe(SECOND);
  });

  // The silent first machine uses up its share of the time; the second one has as much time as a busy machine needs.
  const SILENT_TIMES = { ...PATIENT, replyMs: 3_000, connectMs: 3_000 };
  it.each<[string, SmtpScript, SmtpScript['security']?, SessionOptions['timeouts']?]>([
    ['says nothing', { banner: 'stall' }, 'none', SILENT_TIMES],
    ['says 421', { banner: { reply: '421 4.3.2 overloaded', then: 'close' } }],
    ['turns us away', { banner: '554 5.7.1 not here' }],
    ['hangs up', { connect: 'close' }],
    ['resets', { connect: 'reset' }],
    ['hangs up at EHLO', { ehlo: 'close' }],
    ['offers no STARTTLS', { security: 'none' }, 'starttls'],
    ['can not begin TLS', { security: 'starttls', starttls: '454 4.7.0 not now' }, 'starttls'],
    ['breaks the TLS handshake', { security: 'tls', handshake: 'reset' }, 'tls'],
    ['is silent in the TLS handshake', { security: 'tls', handshake: 'stall' }, 'tls', SILENT_TIMES],
    ['has a certificate that ran out', { security: 'tls', certificate: 'expired' }, 'tls'],
  ])('is asked at the next one where the first %s', async (_what, script, security = 'none', timeouts = PATIENT) => {
    first.script = script;
    second.script = { security };
    expect(await opened(security, { timeouts })).toBe(SECOND);
  });

  it('is asked for the password once: it is wrong everywhere', async () => {
    for (const server of [first, second])
      server.script = { security: 'tls', accounts: [ACCOUNT], mechanisms: 'PLAIN', auth: '535 5.7.8 no' };
    const result = await openWith(
      second,
      { host: NAME, security: 'tls', auth: { type: 'password', ...ACCOUNT } },
      { dnsServers: [dns.address] },
    );
    expect(result).toMatchObject({ ok: false, fact: { stage: 'auth', code: 535 } });
    expect(second.connections).toEqual([]);
  });

  it('is told by the address that got furthest where none of them works', async () => {
    first.script = { banner: '554 5.7.1 blocked' };
    await second.close();
    expect(await open()).toMatchObject({ ok: false, fact: { kind: 'reply', stage: 'greeting', code: 554, text: '554 5.7.1 blocked' } });
  });

  it('is asked first at the address that worked, for a while, where another one did not', async () => {
    const known = new KnownServer();
    first.script = { banner: '421 4.3.2 overloaded' };
    expect(await opened('none', { known })).toBe(SECOND);
    first.script = {};
    first.forget();
    expect(await opened('none', { known })).toBe(SECOND);
    expect(first.connections).toEqual([]);
    await second.close();
    expect(await opened('none', { known })).toBe(FIRST);
  });

  it('shows in its steps which address was used, and no failure', async () => {
    const steps: SessionStep[] = [];
    first.script = { banner: '421 4.3.2 overloaded' };
    await opened('none', { onStep: (step) => steps.push(step) });
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['policy', true],
      ['dns', true],
      ['connect', true],
      ['connect', true],
      ['greeting', true],
    ]);
    expect(steps[3]?.detail).toBe(`${SECOND}:${second.port}, after 1 other address(es) did not work`);
  });
});

describe('a name with many addresses', () => {
  // All of 127.0.0.0/8 leads to this machine; where nothing listens, the connection is refused.
  const nth = (place: number): string => `127.0.0.${place + 10}`;
  const count = (most: number): string[] => Array.from({ length: most }, (_, index) => nth(index + 1));
  const openNamed = (a: string[], options: Partial<SessionOptions> = {}): Promise<OpenResult> => {
    names[NAME] = { a };
    return open('none', options);
  };
  const listening: ScriptedSmtpServer[] = [];
  const listen = async (host: string, script: SmtpScript = {}): Promise<ScriptedSmtpServer> => {
    const server = await startScriptedSmtpServer(script, { host, port: second.port });
    listening.push(server);
    return server;
  };
  afterEach(() => Promise.all(listening.splice(0).map((server) => server.close())));

  it.each([5, 12, 32])('is asked at the last of %p where all others refuse the connection', async (most) => {
    await listen(nth(most));
    const result = await openNamed(count(most));
    expect(result).toMatchObject({ ok: true });
    if (!result.ok) return;
    expect(result.session.remote.address).toBe(nth(most));
    await result.session.close();
  });

  it('is asked at the fifth where the four before it are silent', async () => {
    for (const address of count(4)) await listen(address, { banner: 'stall' });
    await listen(nth(5));
    const result = await openNamed(count(5), { timeouts: { ...PATIENT, replyMs: 3_000 } });
    expect(result).toMatchObject({ ok: true });
    if (result.ok) await result.session.close();
  });

  it('is asked at so many as a large provider has, and their failures are told within bounds', async () => {
    const beyond = await listen(nth(33));
    const result = await openNamed(count(33));
    expect(beyond.connections).toEqual([]);
    expect(result).toMatchObject({
      ok: false,
      fact: { kind: 'network', reason: 'refused', text: expect.stringMatching(/; and so at 28 more$/) },
    });
  });

  it('is asked no longer than a few silent machines take', async () => {
    const machines: ScriptedSmtpServer[] = [];
    for (const address of count(12)) machines.push(await listen(address, { banner: 'stall' }));
    // Each machine gets half of the time that a single one would get.
    const result = await openNamed(count(12), { timeouts: { connectMs: 1_000, replyMs: 1_000, finalReplyMs: 1_000 } });
    expect(result).toMatchObject({ ok: false });
    expect(machines.at(-1)?.connections).toEqual([]);
  });
});

describe('a server that is not used', () => {
  it.each<[string, SmtpScript, SmtpScript['security']?]>([
    ['turns us away', { banner: '554 5.7.1 not here' }],
    ['does not know us', { ehlo: '550 5.7.1 no', helo: '550 5.7.1 no' }],
    ['offers no STARTTLS', { security: 'none' }, 'starttls'],
    ['can not begin TLS', { security: 'starttls', starttls: '454 4.7.0 not now' }, 'starttls'],
  ])('is left with QUIT where it %s', async (_what, script, security = 'none') => {
    first.script = second.script = script;
    await open(security);
    await Promise.all([first.allClosed(), second.allClosed()]);
    expect([...first.connections, ...second.connections].map(({ commands }) => commands.at(-1))).toEqual(['QUIT', 'QUIT']);
  });
});
