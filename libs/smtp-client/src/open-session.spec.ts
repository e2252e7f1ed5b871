import { X509Certificate } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SmtpFact } from '@billing-mail/mail-core';
import {
  newScratchFolder,
  type ScriptedSmtpServer,
  type SmtpAction,
  type SmtpScript,
  startServerProcess,
  tlsCertificates,
} from '@billing-mail/testkit';
import { NO_CAPABILITIES } from './capabilities.js';
import { type OpenResult } from './open-session.js';
import { type SessionStep, type SmtpServer } from './smtp-server.js';
import { ACCOUNT, eachWithServer, IMPATIENT, openWith, PATIENT, sessionWith, timeoutsFor } from './testing/client.js';

const password = { type: 'password', ...ACCOUNT } as const;
const signIn: Partial<SmtpServer> = { security: 'starttls', auth: password };
const accounts = [ACCOUNT];

let server: ScriptedSmtpServer;
eachWithServer((started) => (server = started));

type Expected = Partial<Record<'reason' | 'code' | 'enhancedCode' | 'text', string | number>> & Pick<SmtpFact, 'kind' | 'stage'>;

const FAULTS: [string, SmtpScript, Expected, Partial<SmtpServer>?][] = [
  ['a connection closed at once', { connect: 'close' }, { kind: 'network', stage: 'greeting', reason: 'closed' }],
  ['a connection reset at once', { connect: { wait: 50, then: 'reset' } }, { kind: 'network', stage: 'greeting', reason: 'reset' }],
  ['a silent banner', { banner: 'stall' }, { kind: 'network', stage: 'greeting', reason: 'timeout' }],
  [
    'a banner byte by byte, too slow as a whole',
    { banner: { drip: `220 very ${'slow '.repeat(50)}server`, everyMs: 40 } },
    { kind: 'network', stage: 'greeting', reason: 'timeout' },
  ],
  [
    'a banner that says 421',
    { banner: '421 4.3.2 come back later' },
    { kind: 'reply', stage: 'greeting', code: 421, enhancedCode: '4.3.2' },
  ],
  [
    'a banner that says 554 and hangs up',
    { banner: { reply: '554 no service for you', then: 'close' } },
    { kind: 'reply', stage: 'greeting', code: 554 },
  ],
  ['a banner with another code', { banner: '250 hello' }, { kind: 'protocol', stage: 'greeting' }],
  ['a web server', { banner: { raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' } }, { kind: 'protocol', stage: 'greeting' }],
  ['an endless banner', { banner: { flood: 5_000_000 } }, { kind: 'protocol', stage: 'greeting' }],
  ['a banner of one endless line', { banner: { raw: `220 ${'x'.repeat(100_000)}` } }, { kind: 'protocol', stage: 'greeting' }],
  ['a banner with an answer to EHLO in it', { banner: { raw: '220 hi\r\n250 ok\r\n' } }, { kind: 'protocol', stage: 'greeting' }],
  [
    'a greeting that ends in a refusal',
    { banner: { raw: '220-welcome\r\n521 5.7.1 192.0.2.1 is blocked\r\n' } },
    { kind: 'reply', stage: 'greeting', code: 521, enhancedCode: '5.7.1', text: '521 5.7.1 192.0.2.1 is blocked' },
  ],
  [
    'a refusal right behind a greeting',
    { banner: { raw: '220 welcome\r\n554 5.7.1 you are blocked\r\n' } },
    { kind: 'reply', stage: 'greeting', code: 554, text: '554 5.7.1 you are blocked' },
  ],
  [
    'a refusal cut off',
    { banner: { raw: '554-5.7.1 blocked\r\nsee http', then: 'close' } },
    { kind: 'reply', stage: 'greeting', code: 554, enhancedCode: '5.7.1', text: '554-5.7.1 blocked\n554 see http' },
  ],
  [
    'EHLO refused, and closed',
    { ehlo: { reply: '550 5.7.1 helo is spam', then: 'close' } },
    { kind: 'reply', stage: 'greeting', code: 550, enhancedCode: '5.7.1', text: '550 5.7.1 helo is spam' },
  ],
  [
    'EHLO refused, and closed at HELO',
    { ehlo: '550 5.7.1 helo is spam', helo: 'close' },
    { kind: 'reply', stage: 'greeting', code: 550, text: '550 5.7.1 helo is spam' },
  ],
  ['a connection closed at EHLO', { ehlo: 'close' }, { kind: 'network', stage: 'greeting', reason: 'closed' }],
  ['silence at EHLO', { ehlo: 'stall' }, { kind: 'network', stage: 'greeting', reason: 'timeout' }],
  [
    'EHLO and HELO refused',
    { ehlo: '550 no', helo: '550 5.7.1 no' },
    { kind: 'reply', stage: 'greeting', code: 550, enhancedCode: '5.7.1' },
  ],
  ['EHLO answered by 421', { ehlo: '421 shutting down' }, { kind: 'reply', stage: 'greeting', code: 421 }],
  ['an endless EHLO', { ehlo: { flood: 5_000_000 } }, { kind: 'protocol', stage: 'greeting' }],

  ['STARTTLS not offered', { security: 'none' }, { kind: 'tls', stage: 'tls', reason: 'starttls_missing' }, { security: 'starttls' }],
  [
    'STARTTLS refused',
    { security: 'starttls', starttls: '454 4.7.0 not now' },
    { kind: 'reply', stage: 'tls', code: 454 },
    { security: 'starttls' },
  ],
  [
    'bytes injected behind the 220 of STARTTLS',
    { security: 'starttls', starttls: { raw: '220 go\r\n250-AUTH PLAIN\r\n250 injected\r\n' } },
    { kind: 'protocol', stage: 'tls' },
    { security: 'starttls' },
  ],
  [
    'a TLS handshake that hangs',
    { security: 'tls', handshake: 'stall' },
    { kind: 'network', stage: 'tls', reason: 'timeout' },
    { security: 'tls' },
  ],
  [
    'a TLS handshake that hangs after STARTTLS',
    { security: 'starttls', handshake: 'stall' },
    { kind: 'network', stage: 'tls', reason: 'timeout' },
    { security: 'starttls' },
  ],
  [
    'a TLS handshake reset',
    { security: 'tls', handshake: { wait: 50, then: 'reset' } },
    { kind: 'network', stage: 'tls', reason: 'reset' },
    { security: 'tls' },
  ],
  [
    'a TLS handshake closed',
    { security: 'tls', handshake: 'close' },
    { kind: 'network', stage: 'tls', reason: 'reset' },
    { security: 'tls' },
  ],
  ['TLS with a server that speaks in clear', { security: 'none' }, { kind: 'tls', stage: 'tls', reason: 'handshake' }, { security: 'tls' }],
  [
    'a self-signed certificate',
    { security: 'tls', certificate: 'self_signed' },
    { kind: 'tls', stage: 'tls', reason: 'untrusted' },
    { security: 'tls' },
  ],
  [
    'a certificate of an unknown authority',
    { security: 'tls' },
    { kind: 'tls', stage: 'tls', reason: 'incomplete' },
    { security: 'tls', caPem: undefined },
  ],
  [
    'a certificate without the one in between',
    { security: 'tls', certificate: 'incomplete' },
    { kind: 'tls', stage: 'tls', reason: 'incomplete', text: 'unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)' },
    { security: 'tls' },
  ],
  [
    'a certificate that is not valid yet',
    { security: 'tls', certificate: 'not_yet_valid' },
    { kind: 'tls', stage: 'tls', reason: 'not_yet_valid' },
    { security: 'tls' },
  ],
  [
    'an expired certificate',
    { security: 'tls', certificate: 'expired' },
    { kind: 'tls', stage: 'tls', reason: 'expired' },
    { security: 'tls' },
  ],
  [
    'a certificate for another host',
    { security: 'starttls', certificate: 'wrong_host' },
    { kind: 'tls', stage: 'tls', reason: 'wrong_host' },
    { security: 'starttls' },
  ],

  [
    'credentials refused',
    { security: 'starttls', accounts, auth: '535 5.7.8 no' },
    { kind: 'reply', stage: 'auth', code: 535, enhancedCode: '5.7.8' },
    signIn,
  ],
  [
    'credentials refused before the server hangs up on its own',
    { security: 'starttls', accounts, auth: { raw: '535 5.7.8 no\r\n421 too many errors\r\n' } },
    { kind: 'reply', stage: 'auth', code: 535 },
    signIn,
  ],
  [
    'a server that takes the credentials and shuts down right behind that',
    { security: 'starttls', accounts, auth: { raw: '235 2.7.0 welcome\r\n421 4.3.2 going down\r\n', then: 'close' } },
    { kind: 'reply', stage: 'auth', code: 421, enhancedCode: '4.3.2', text: '421 4.3.2 going down' },
    signIn,
  ],
  [
    'sign-in not possible just now',
    { security: 'starttls', accounts, auth: '454 4.7.0 later' },
    { kind: 'reply', stage: 'auth', code: 454 },
    signIn,
  ],
  [
    'sign-in answered by nonsense',
    { security: 'starttls', accounts, auth: { raw: 'what?\r\n' } },
    { kind: 'protocol', stage: 'auth' },
    signIn,
  ],
  [
    'a connection lost at sign-in',
    { security: 'starttls', accounts, auth: 'reset' },
    { kind: 'network', stage: 'auth', reason: 'reset' },
    signIn,
  ],
  ['sign-in not offered', { security: 'starttls' }, { kind: 'unsupported', stage: 'auth', reason: 'auth' }, signIn],
  [
    'no known way to sign in',
    { security: 'starttls', accounts, mechanisms: 'GSSAPI NTLM' },
    { kind: 'unsupported', stage: 'auth', reason: 'auth' },
    signIn,
  ],
];

describe('a server that fails before the first message', () => {
  it.each(FAULTS.map((row) => ({ row, fault: row[0] })))(
    'is told by stage and kind: $fault',
    async ({ row: [, script, expected, change] }) => {
      server.script = script;
      const opened = await openWith(server, change, { timeouts: timeoutsFor(expected) });
      expect(opened).toMatchObject({ ok: false, fact: expected, server: `127.0.0.1:${server.port}` });
      expect(server.transactions).toEqual([]);
    },
  );

  it('is told as refused when nobody listens', async () => {
    const port = await freePort();
    const opened = await openWith({ ...server, host: '127.0.0.1', port, caPem: '' });
    expect(opened).toMatchObject({ ok: false, fact: { kind: 'network', stage: 'connect', reason: 'refused' } });
  });

  it('is reached at its next address when the first does not take the connection', async () => {
    // localhost resolves to 127.0.0.1 and ::1. Here another server listens on ::1 only, so the connection to 127.0.0.1 is refused.
    const v6 = createServer((socket) => socket.resume().end('554 only here\r\n'));
    // The port must be free on 127.0.0.1: another program could listen there on the port that the system chooses for ::1.
    const port = await freePort();
    await new Promise<void>((resolve) => v6.listen(port, '::1', resolve));
    const policy = { allowedNetworks: ['127.0.0.0/8', '::1/128'], allowedPorts: [port] };
    const opened = await openWith(server, { host: 'localhost', port }, { policy });
    await new Promise((resolve) => v6.close(resolve));
    expect(opened).toMatchObject({ ok: false, fact: { kind: 'reply', stage: 'greeting', code: 554 } });
  });
});

describe('TLS', () => {
  it('is 1.2 or newer', async () => {
    server.script = { security: 'tls', maxTlsVersion: 'TLSv1.1' };
    const opened = await openWith(server, { security: 'tls' });
    expect(opened).toMatchObject({ ok: false, fact: { stage: 'tls', reason: 'outdated' }, tls: null });
    expect(JSON.stringify(opened)).not.toMatch(/openssl|error:|\.c:/i);
    server.script = { security: 'tls', maxTlsVersion: 'TLSv1.2' };
    const session = await sessionWith(server, { security: 'tls' });
    await session.close();
    expect(session.tls).toBe('TLSv1.2');
  });
});

describe('the network policy', () => {
  const policy = { allowedNetworks: [], allowedPorts: [25, 587] };

  it.each(['127.0.0.1', 'localhost', '::1', '10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', '168.63.129.16'])(
    'lets nobody connect to %s',
    async (host) => {
      const steps: SessionStep[] = [];
      const opened = await openWith(server, { host, port: 587 }, { policy, onStep: (step) => steps.push(step) });
      expect(opened).toMatchObject({ ok: false, fact: { kind: 'address', stage: 'dns', reason: 'host_forbidden' } });
      expect(steps.map(({ step, ok }) => [step, ok])).toEqual([['policy', false]]);
    },
  );

  it('lets nobody connect to a port that is not for mail', async () => {
    const opened = await openWith(server, {}, { policy: { allowedNetworks: ['127.0.0.0/8'], allowedPorts: [25] } });
    expect(opened).toMatchObject({ ok: false, fact: { kind: 'address', reason: 'port_forbidden' } });
    expect(server.connections).toEqual([]);
  });

  it("does not bind the platform's own server", async () => {
    const session = await sessionWith(server, { trusted: true }, { policy });
    expect(session.remote).toEqual({ host: '127.0.0.1', address: '127.0.0.1', port: server.port });
    await session.close();
  });
});

describe('signing in', () => {
  it.each(['PLAIN LOGIN', 'LOGIN', 'PLAIN'])('works over TLS where the server offers %s', async (mechanisms) => {
    server.script = { security: 'tls', accounts, mechanisms };
    const session = await sessionWith(server, { security: 'tls', auth: password });
    await session.close();
    expect(session.tls).toBe('TLSv1.3');
    // An IP address must not be sent as a server name.
    expect(server.connections[0]?.serverName).toBeNull();
    expect(server.connections[0]?.authAttempts).toMatchObject([{ ...ACCOUNT, encrypted: true, accepted: true }]);
  });

  it('works where the server wants what came with AUTH PLAIN once more', async () => {
    server.script = { security: 'tls', accounts, mechanisms: 'PLAIN', ignoresInitialResponse: true };
    await (await sessionWith(server, { security: 'tls', auth: password })).close();
    expect(server.connections[0]?.authAttempts).toMatchObject([{ ...ACCOUNT, mechanism: 'PLAIN', accepted: true }]);
  });

  it.each([500, 501, 502, 503, 504, 534])('goes on to the next way when the server answers %d to one', async (code) => {
    server.script = {
      security: 'tls',
      accounts,
      mechanisms: 'PLAIN LOGIN CRAM-MD5',
      auth: (mechanism) => (mechanism === 'CRAM-MD5' ? undefined : `${code} not this way`),
    };
    await (await sessionWith(server, { security: 'tls', auth: password })).close();
    expect(server.connections[0]?.authAttempts.map(({ mechanism, accepted }) => [mechanism, accepted])).toEqual([
      ['PLAIN', false],
      ['LOGIN', false],
      ['CRAM-MD5', true],
    ]);
  });

  it('goes on once more after a 535: some servers say it to a way that they offer and do not have', async () => {
    server.script = { security: 'tls', accounts, auth: (mechanism) => (mechanism === 'PLAIN' ? '535 5.7.8 no' : undefined) };
    await (await sessionWith(server, { security: 'tls', auth: password })).close();
    expect(server.connections[0]?.authAttempts.map(({ mechanism }) => mechanism)).toEqual(['PLAIN', 'LOGIN']);
  });

  const inOrder = (...replies: SmtpAction[]): SmtpScript => ({ mechanisms: 'PLAIN LOGIN CRAM-MD5', auth: { inTurn: replies } });
  it.each<[SmtpScript, number, object]>([
    [inOrder('504 5.5.4 no such way'), 3, { code: 504 }],
    [inOrder('535 5.7.8 no'), 2, { code: 535 }],
    [inOrder('535 5.7.8 wrong', '504 5.5.4 no such way'), 2, { code: 535 }],
    [inOrder('504 5.5.4 no such way', '535 5.7.8 wrong'), 3, { code: 535 }],
    [inOrder('454 4.7.0 later'), 1, { code: 454 }],
    [inOrder('534 5.7.9 too weak'), 3, { code: 534 }],
    [inOrder('534 5.7.14 log in via your web browser'), 1, { code: 534 }],
  ])('is given up by what the server said of the password, or said last, with QUIT: %j', async (script, attempts, fact) => {
    server.script = { security: 'tls', accounts, ...script };
    expect(await openWith(server, { security: 'tls', auth: password })).toMatchObject({
      ok: false,
      fact: { kind: 'reply', stage: 'auth', ...fact },
    });
    await server.allClosed();
    expect(server.connections[0]?.authAttempts).toHaveLength(attempts);
    expect(server.connections[0]?.commands.at(-1)).toBe('QUIT');
  });

  it('is told by the refusal where the server hangs up on the next way', async () => {
    server.script = { security: 'tls', accounts, ...inOrder('535 5.7.8 wrong', 'close') };
    expect(await openWith(server, { security: 'tls', auth: password })).toMatchObject({ ok: false, fact: { kind: 'reply', code: 535 } });
    server.script = { security: 'tls', accounts, auth: { reply: '535 5.7.8 wrong', then: 'close' } };
    expect(await openWith(server, { security: 'tls', auth: password })).toMatchObject({ ok: false, fact: { kind: 'reply', code: 535 } });
  });

  it('never happens in clear', async () => {
    server.script = { accounts };
    const opened = await openWith(server, { security: 'none', auth: password });
    expect(opened).toMatchObject({ ok: false, fact: { kind: 'unsupported', stage: 'auth', reason: 'auth' } });
    expect(server.connections).toEqual([]);
  });

  it('leaves no password in what is told, even if the server repeats it', async () => {
    const token = Buffer.from(`\0${ACCOUNT.username}\0${ACCOUNT.password}`).toString('base64');
    const steps: SessionStep[] = [];
    server.script = { security: 'starttls', accounts, auth: `535 refused: AUTH PLAIN ${token} that is ${ACCOUNT.password}` };
    const opened = await openWith(server, signIn, { onStep: (step) => steps.push(step) });
    expect(opened).toMatchObject({ fact: { text: '535 refused: AUTH PLAIN *** that is ***' } });
    expect(JSON.stringify([opened, steps])).not.toContain(ACCOUNT.password);
  });

  it('leaves none in what is told over several lines either', async () => {
    const token = Buffer.from(`\0${ACCOUNT.username}\0${ACCOUNT.password}`).toString('base64');
    server.script = {
      security: 'starttls',
      accounts,
      auth: `535-5.7.8 refused: ${token.slice(0, 9)}\r\n535 5.7.8 ${token.slice(9)} by us`,
    };
    expect(await openWith(server, signIn)).toMatchObject({ fact: { text: '535 5.7.8 refused: *** by us' } });
  });

  it('checks the certificate against the name and sends the name as SNI', async () => {
    server.script = { security: 'tls', accounts };
    const session = await sessionWith(server, { host: 'localhost', security: 'tls', auth: password }, localhostAllowed());
    expect(session.remote).toEqual({ host: 'localhost', address: '127.0.0.1', port: server.port });
    expect(server.connections.map(({ serverName }) => serverName)).toEqual(['localhost']);
    await session.close();
  });
});

const ACCEPTING = /ACCEPT 127\.0\.0\.1:(\d+)/;

describe('a server that is trusted in a way of its own', () => {
  const { keyPem, chainOf } = tlsCertificates();
  const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;
  const own = { chainPem: chainOf('good'), keyPem };

  it.each<[string, SmtpScript, Partial<SmtpServer>, object | null]>([
    ['takes the pinned one, whoever issued it', { certificate: 'self_signed' }, { pin: fingerprintOf(chainOf('self_signed')) }, null],
    ['takes the pinned one, whatever its name', { certificate: 'wrong_host' }, { pin: fingerprintOf(chainOf('wrong_host')) }, null],
    ['refuses another than the pinned one', {}, { pin: fingerprintOf(chainOf('wrong_host')) }, { stage: 'tls', reason: 'not_pinned' }],
    [
      'refuses the pinned one once it has expired',
      { certificate: 'expired' },
      { pin: fingerprintOf(chainOf('expired')) },
      { stage: 'tls', reason: 'expired' },
    ],
    [
      'refuses the pinned one before it is valid',
      { certificate: 'not_yet_valid' },
      { pin: fingerprintOf(chainOf('not_yet_valid')) },
      { stage: 'tls', reason: 'not_yet_valid' },
    ],
    ['shows the certificate of the client', { clientAuthorities: tlsCertificates().caPem }, { clientCertificate: own }, null],
    ['is told what it is asked for', { clientAuthorities: tlsCertificates().caPem }, {}, { reason: 'client_certificate_wanted' }],
  ])('%s', async (_case, script, change, fact) => {
    for (const maxTlsVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      server.script = { security: 'starttls', maxTlsVersion, ...script };
      const opened = await openWith(server, { security: 'starttls', ...change });
      if (opened.ok) await opened.session.close();
      expect(opened).toMatchObject(fact === null ? { ok: true } : { ok: false, fact: { kind: 'tls', ...fact } });
    }
  });

  /** Connects to an OpenSSL server, which checks the client's certificate itself and reports objections by an alert; it speaks no SMTP. */
  async function askOpenSsl(args: string[], change: Partial<SmtpServer>): Promise<OpenResult> {
    const folder = await newScratchFolder('openssl');
    await mkdir(folder);
    const { caPem, privateCaPem } = tlsCertificates();
    await Promise.all(
      Object.entries({ 'own.pem': own.chainPem + keyPem, 'clients.pem': privateCaPem }).map(([name, pem]) =>
        writeFile(join(folder, name), pem),
      ),
    );
    let said = '';
    const program = await startServerProcess({
      command: 'openssl',
      // With `-www` it does not exit when its standard input ends.
      args: ['s_server', '-accept', '127.0.0.1:0', '-cert', 'own.pem', '-key', 'own.pem', '-CAfile', 'clients.pem', '-www', ...args],
      cwd: folder,
      ready: ACCEPTING,
      readyWithinMs: PATIENT.connectMs,
      deathSignal: 'KILL',
      onOutput: (text) => (said += text),
    });
    const port = Number(ACCEPTING.exec(said)?.[1]);
    const opened = await openWith({ host: '127.0.0.1', port, caPem }, { security: 'tls', ...change });
    if (opened.ok) await opened.session.close();
    await program.end('SIGKILL');
    await rm(folder, { recursive: true });
    return opened;
  }

  const clientsChecked = ['-Verify', '1', '-verify_return_error'];
  it.each<[string, string[], Partial<SmtpServer>, string]>([
    ['it wants a certificate', ['-tls1_2', ...clientsChecked], {}, 'client_certificate_wanted'],
    ['it wants a certificate, by TLS 1.3', ['-tls1_3', ...clientsChecked], {}, 'client_certificate_wanted'],
    [
      'it knows nobody who has issued the one shown',
      ['-tls1_2', ...clientsChecked],
      { clientCertificate: own },
      'client_certificate_refused',
    ],
    [
      'it knows nobody who has issued the one shown, by TLS 1.3',
      ['-tls1_3', ...clientsChecked],
      { clientCertificate: own },
      'client_certificate_refused',
    ],
    ['they can not agree on a cipher', ['-tls1_2', '-cipher', 'ADH-AES128-SHA256:@SECLEVEL=0'], {}, 'outdated'],
    [
      'they can not agree on a cipher, whatever the client would show',
      ['-tls1_2', '-cipher', 'ADH-AES128-SHA256:@SECLEVEL=0'],
      { clientCertificate: own },
      'outdated',
    ],
  ])("is known by the number of OpenSSL's alert: %s", async (_case, args, change, reason) => {
    expect(await askOpenSsl(args, change)).toMatchObject({ ok: false, fact: { kind: 'tls', reason } });
  });

  it('is not spoken to by TLS 1.1, even if it is the pinned one', async () => {
    server.script = { security: 'tls', maxTlsVersion: 'TLSv1.1' };
    const pin = fingerprintOf(chainOf('good'));
    expect(await openWith(server, { security: 'tls', pin })).toMatchObject({ fact: { kind: 'tls', reason: 'outdated' } });
  });
});

describe('a session', () => {
  it('is told step by step, in the order in which a reader expects them', async () => {
    server.script = { security: 'starttls', accounts };
    const steps: SessionStep[] = [];
    const session = await sessionWith(server, signIn, { onStep: (step) => steps.push(step) });
    await session.close();
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual(
      ['policy', 'dns', 'connect', 'tls', 'greeting', 'auth'].map((step) => [step, true]),
    );
    expect(steps.every(({ ms }) => ms >= 0)).toBe(true);
  });

  it('opens with a server that knows HELO only', async () => {
    server.script = { ehlo: '502 what?' };
    const session = await sessionWith(server);
    expect(session.capabilities).toEqual(NO_CAPABILITIES);
    await session.close();
  });

  it('knows what the server announced', async () => {
    server.script = { maxBytes: 1234, extensions: ['AUTH=LOGIN', 'PIPELINING'] };
    const session = await sessionWith(server);
    expect(session.capabilities).toEqual({
      maxMessageBytes: 1234,
      size: true,
      recipientsAtMost: Infinity,
      smtpUtf8: false,
      dsn: false,
      pipelining: true,
      authMechanisms: ['LOGIN'],
      startTls: false,
    });
    await session.close();
  });

  it.each([
    ['hangs', 'stall'],
    ['breaks', 'reset'],
    ['floods', { flood: 5_000_000 }],
  ] as const)('closes although QUIT %s', async (_how, quit) => {
    server.script = { quit };
    const session = await sessionWith(server, {}, { timeouts: IMPATIENT });
    const began = performance.now();
    await session.close();
    expect(performance.now() - began).toBeLessThan(PATIENT.replyMs / 2);
    expect(session.usable).toBe(false);
    await session.close();
  });

  // Each opening hangs at a point where otherwise only a time-out, which is far away here, would end it.
  it.each([
    ['greeted', { banner: 'stall' }, {}],
    ['encrypted', { security: 'tls', handshake: 'stall' }, { security: 'tls' }],
    ['signed in', { security: 'starttls', accounts, auth: 'stall' }, signIn],
  ] as [string, SmtpScript, Partial<SmtpServer>][])('is given up at once on its way to being %s', async (_way, script, change) => {
    server.script = script;
    const opening = new AbortController();
    const opened = openWith(server, change, { opening: opening.signal });
    await eventuallyConnected(server);
    opening.abort();
    expect((await opened).ok).toBe(false);
  });

  it('is not begun once it is given up', async () => {
    expect(await openWith(server, {}, { opening: AbortSignal.abort() })).toMatchObject({ ok: false, fact: { kind: 'network' } });
    expect(server.transactions).toEqual([]);
  });

  it('refuses a name for itself that would not fit a command', async () => {
    await expect(openWith(server, {}, { clientName: 'a\r\nMAIL' })).rejects.toThrow(TypeError);
  });
});

async function eventuallyConnected({ connections }: ScriptedSmtpServer): Promise<void> {
  while (connections.length === 0) await sleep(5);
  await sleep(50); // until it hangs
}

function localhostAllowed() {
  return { policy: { allowedNetworks: ['127.0.0.0/8', '::1/128'], allowedPorts: [server.port] } };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
