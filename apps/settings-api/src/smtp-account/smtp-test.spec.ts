// The test of a mail server over HTTP, against real SMTP servers on loopback.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problem, smtpTestLine, type SmtpTestLine, smtpTestResult } from '@billing-mail/contracts';
import {
  createTestIdentity,
  eventually,
  type ScriptedSmtpServer,
  type SmtpScript,
  startDnsServer,
  startScriptedSmtpServer,
  tlsCertificates,
} from '@billing-mail/testkit';
import { RateLimiter } from '@billing-mail/platform';
import { simpleParser } from 'mailparser';
import { DataSource } from 'typeorm';
import { PROBE_OPTIONS } from '../settings.tokens.js';
import { SignInWaits } from './sign-in-waits.js';
import { type ProbeOptions } from './smtp-test.service.js';
import { unreachedNameSteps } from './unreached-name.js';
import { ACME_ADMIN, startTestSettingsApi, type TestSettingsApi, tokenFor } from '../testing/start-test-settings-api.js';

const PASSWORD = 'pa55-word-never-seen';
const ACCOUNT = { username: 'billing', password: PASSWORD };
const POLITE: SmtpScript = { security: 'starttls', accounts: [ACCOUNT] };

const SIGNER = createTestIdentity({ address: 'billing@acme.example' });
const CLIENT = { file: SIGNER.p12.toString('base64'), passphrase: SIGNER.passphrase };

const LIVE = { Accept: 'application/x-ndjson' };

describe('the test of a mail server', () => {
  let smtpServer: ScriptedSmtpServer;
  let api: TestSettingsApi;
  let folder: string;
  let answers = '';
  let team = 0;
  let closedPort = 0;

  beforeAll(async () => {
    smtpServer = await startScriptedSmtpServer(POLITE);
    const gone = await startScriptedSmtpServer();
    closedPort = gone.port;
    await gone.close();
    folder = await mkdtemp(join(tmpdir(), 'settings-api-'));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, smtpServer.caPem);
    api = await startTestSettingsApi({
      SMTP_ALLOWED_NETWORKS: '127.0.0.0/8',
      SMTP_ALLOWED_PORTS: `587,${smtpServer.port},${closedPort}`,
      SMTP_CA_FILE: caFile,
      // Short, because one test waits for a silent server, and longer than the others need on a busy machine.
      SMTP_REPLY_TIMEOUT: '5s',
      SMTP_FINAL_REPLY_TIMEOUT: '5s',
      SMTP_CLIENT_NAME: 'billing.test',
      // All servers in these tests have the same host.
      RATE_LIMITS: 'smtp-test-host=2000/1m',
    });
  });
  afterAll(async () => {
    await api.stop();
    await smtpServer.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    smtpServer.script = POLITE;
    smtpServer.forget();
    await api.forgetNames();
  });

  const refusedAs = async (kind: string) =>
    Number(
      new RegExp(`billing_mail_refused_requests_total\\{kind="${kind}"\\} (\\d+)`).exec((await api.call('get', '/metrics')).text)?.[1],
    );
  const refusedByPolicy = () => refusedAs('policy');
  const newTeam = () => `team-${(team += 1)}`;
  const smtp = (change: object = {}) => ({
    host: '127.0.0.1',
    port: smtpServer.port,
    security: 'starttls',
    auth: { type: 'password', ...ACCOUNT },
    fromAddress: 'billing@acme.example',
    fromName: 'ACME Büro',
    ...change,
  });
  const withoutPassword = (change: object = {}) => smtp({ auth: { type: 'password', username: 'billing' }, ...change });
  const save = async (teamId: string, change: object = {}) => {
    const body = { companyName: 'ACME', locale: 'de', sender: 'custom', smtp: smtp(), ...change };
    expect((await api.call('put', `/v1/teams/${teamId}/email-delivery`, { claims: admin(teamId), body })).status).toBe(200);
  };
  const admin = (teamId: string) => ({ sub: 'u1', teams: { [teamId]: 'admin' } });
  const post = async (teamId: string, body?: object, claims: object = admin(teamId)) => {
    const response = await api.call('post', `/v1/teams/${teamId}/email-delivery/smtp/test`, { claims, body });
    answers += response.text;
    return response;
  };
  const test = async (teamId: string, body?: object) => {
    const response = await post(teamId, body);
    expect([response.status, response.text]).toEqual([200, expect.stringContaining('"ok"')]);
    return smtpTestResult.strict().parse(response.body);
  };
  const errorsOf = async (teamId: string, body?: object) => {
    const response = await post(teamId, body);
    expect(response.status).toBe(422);
    return problem.parse(response.body).errors;
  };

  it('goes through all steps, asks for the sender as sender and recipient, sends nothing and says what it did not ask', async () => {
    const { ok, steps, notAsked } = await test(newTeam(), { smtp: smtp() });
    expect(steps.map(({ step }) => step)).toEqual(['policy', 'dns', 'connect', 'tls', 'greeting', 'auth', 'mail_from', 'rcpt']);
    expect(notAsked).toMatch(/^Not tested: .*whole e-mail/);
    expect(ok && steps.every((step) => step.ok && step.ms >= 0 && step.detail !== '' && step.hint === undefined)).toBe(true);
    expect(smtpServer.connections[0]?.commands).toContain('EHLO billing.test');
    expect(smtpServer.connections[0]?.commands.slice(-3)).toEqual([
      'MAIL FROM:<billing@acme.example>',
      'RCPT TO:<billing@acme.example>',
      'QUIT',
    ]);
    expect(smtpServer.messages).toEqual([]);
  });

  it('says of a name that leads inside no more than that no server can be reached under it', async () => {
    // 127.0.0.1 may be reached here, ::1 may not.
    const { ok, steps } = await test(newTeam(), { smtp: smtp({ host: 'localhost' }) });
    expect(ok).toBe(false);
    expect(steps).toEqual(unreachedNameSteps('en'));
  });

  it('sends a real e-mail to the address that is asked for, in the language of the team', async () => {
    const teamId = newTeam();
    await save(teamId);
    const { ok, steps, notAsked } = await test(teamId, { sendTo: 'clerk@acme.example' });
    expect(notAsked).toBeUndefined();
    expect([ok, steps.slice(-3).map(({ step }) => step)]).toEqual([true, ['mail_from', 'rcpt', 'data']]);
    const [message] = await smtpServer.waitFor(1, 5000);
    expect([message?.from, message?.recipients]).toEqual(['billing@acme.example', [{ address: 'clerk@acme.example', accepted: true }]]);
    const mail = await simpleParser(message?.raw ?? '');
    expect(mail.from?.value).toEqual([{ address: 'billing@acme.example', name: 'ACME Büro' }]);
    expect(mail.to).toMatchObject({ text: 'clerk@acme.example' });
    expect(mail.subject).toBe('Billing Mail: Test Ihres Mailservers');
    expect(mail.text).toContain(`127.0.0.1:${smtpServer.port}`);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.headers.has('x-billing-delivery')).toBe(false);
    expect(mail.headers.get('content-type')).toMatchObject({ value: 'text/plain' });
  });

  it('writes English before anything is saved', async () => {
    await test(newTeam(), { smtp: smtp(), sendTo: 'clerk@acme.example' });
    const [message] = await smtpServer.waitFor(1, 5000);
    expect((await simpleParser(message?.raw ?? '')).subject).toBe('Billing Mail: test of your mail server');
  });

  it('tests what is stored when nothing is given, with the stored password', async () => {
    const teamId = newTeam();
    await save(teamId);
    expect((await test(teamId)).ok).toBe(true);
    expect(smtpServer.connections[0]?.authAttempts).toHaveLength(1);
  });

  it('uses the stored password for the same server and user only', async () => {
    const teamId = newTeam();
    await save(teamId);
    expect((await test(teamId, { smtp: withoutPassword({ fromAddress: 'other@acme.example' }) })).ok).toBe(true);
    smtpServer.forget();
    for (const change of [{ host: 'localhost' }, { port: 587 }, { auth: { type: 'password', username: 'root' } }]) {
      expect(await errorsOf(teamId, { smtp: withoutPassword(change) })).toEqual([
        { pointer: '/smtp/auth/password', message: expect.stringContaining('changed') },
      ]);
    }
    expect(smtpServer.connections).toEqual([]);
  });

  it('does not open a password whose row was led to another server, which is counted and logged with nothing of it', async () => {
    const teamId = newTeam();
    await save(teamId);
    const before = await refusedAs('moved_seal');
    await api.app
      .get(DataSource)
      .query(`UPDATE settings.team_email_delivery SET smtp = jsonb_set(smtp, '{host}', '"localhost"') WHERE team_id = $1`, [teamId]);
    for (let time = 0; time < 2; time += 1) {
      expect(await errorsOf(teamId)).toEqual([
        { pointer: '/smtp/auth/password', message: expect.stringContaining('can no longer be read') },
      ]);
    }
    expect(await refusedAs('moved_seal')).toBe(before + 2);
    const lines = api
      .log()
      .split('\n')
      .flatMap((line) => (line.includes('moved_seal') ? [JSON.parse(line) as object] : []));
    expect(lines).toEqual([
      {
        ...{ level: 40, time: expect.any(Number), pid: expect.any(Number), hostname: expect.any(String) },
        teamId,
        step: 'smtp.password',
        verdict: 'refused',
        kind: 'moved_seal',
        msg: 'refused',
      },
    ]);
    expect(smtpServer.connections).toEqual([]);
  });

  it('says what is missing to test with', async () => {
    expect(await errorsOf(newTeam())).toEqual([{ pointer: '/smtp', message: 'is needed: no server is stored for the team yet' }]);
    expect(await errorsOf(newTeam(), { smtp: withoutPassword() })).toEqual([
      { pointer: '/smtp/auth/password', message: 'is needed: none is stored yet' },
    ]);
    const teamId = newTeam();
    await save(teamId, { sender: 'platform', smtp: null });
    expect(await errorsOf(teamId, {})).toEqual([{ pointer: '/smtp', message: expect.any(String) }]);
  });

  const FAULTS: [string, SmtpScript, object, string, RegExp][] = [
    ['a wrong password', { ...POLITE, auth: '535 5.7.8 authentication failed' }, {}, 'auth', /Passwort/],
    ['no STARTTLS', { accounts: [ACCOUNT] }, {}, 'tls', /TLS/],
    ['a self-signed certificate', { ...POLITE, certificate: 'self_signed' }, {}, 'tls', /Zertifikat/],
    ['encryption of yesterday', { ...POLITE, maxTlsVersion: 'TLSv1.1' }, {}, 'tls', /TLS 1\.2/],
    ['a certificate that is not valid yet', { ...POLITE, certificate: 'not_yet_valid' }, {}, 'tls', /ab wann/],
    ['a certificate without the one in between', { ...POLITE, certificate: 'incomplete' }, {}, 'tls', /Zwischenzertifikat fehlt/],
    ['an expired certificate', { ...POLITE, certificate: 'expired' }, {}, 'tls', /Zertifikat/],
    ['a certificate of another host', { ...POLITE, certificate: 'wrong_host' }, {}, 'tls', /./],
    ['a server that turns us away', { ...POLITE, banner: '554 5.7.1 go away' }, {}, 'greeting', /./],
    ['a silent server', { ...POLITE, banner: 'stall' }, {}, 'greeting', /./],
    ['a refused sender', { ...POLITE, mail: '553 5.7.1 sender not owned by user' }, {}, 'mail_from', /Absender/],
    [
      'a name that is refused at RCPT',
      { ...POLITE, rcpt: '504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname' },
      {},
      'rcpt',
      /./,
    ],
    ['a refused recipient', { ...POLITE, rcpt: '550 5.1.1 no such user' }, { sendTo: 'nobody@acme.example' }, 'rcpt', /./],
    ['a refused mail', { ...POLITE, final: '554 5.7.1 spam' }, { sendTo: 'clerk@acme.example' }, 'data', /./],
    ['an end without an answer', { ...POLITE, final: 'close' }, { sendTo: 'clerk@acme.example' }, 'data', /./],
  ];
  it('names the cure in the language that the reader asks for, and writes the e-mail in that of the team', async () => {
    const teamId = newTeam();
    await save(teamId);
    const ask = async (script: SmtpScript) => {
      smtpServer.script = script;
      const options = { claims: admin(teamId), body: { sendTo: 'clerk@acme.example' }, headers: { 'Accept-Language': 'en-GB, de;q=0.9' } };
      const response = await api.call('post', `/v1/teams/${teamId}/email-delivery/smtp/test`, options);
      return smtpTestResult.parse(response.body).steps.at(-1);
    };
    expect(await ask({ ...POLITE, auth: '535 5.7.8 authentication failed' })).toMatchObject({ hint: expect.stringMatching(/password/) });
    expect(await ask(POLITE)).toMatchObject({ step: 'data', ok: true });
    const [message] = await smtpServer.waitFor(1, 5000);
    expect((await simpleParser(message?.raw ?? '')).subject).toBe('Billing Mail: Test Ihres Mailservers');
  });

  it("says in words what happened where no server said it, in the language of the reader, and passes on a server's own", async () => {
    const teamId = newTeam();
    await save(teamId);
    smtpServer.script = { ...POLITE, ehlo: 'close' };
    expect((await test(teamId)).steps.at(-1)).toMatchObject({
      detail: expect.stringMatching(/^Die Verbindung zum Mailserver 127\.0\.0\.1 .*\.$/),
      technical: 'server closed the connection',
    });
    smtpServer.script = { ...POLITE, mail: '550 5.7.60 not yours' };
    const { steps } = await test(teamId);
    expect(steps.map(({ detail }) => detail)).toEqual([
      `127.0.0.1:${smtpServer.port}`,
      '127.0.0.1',
      `127.0.0.1:${smtpServer.port}`,
      expect.stringMatching(/^TLSv1/),
      expect.any(String),
      'billing',
      expect.stringContaining('not yours'),
    ]);
  });

  it.each(FAULTS)('ends at %s with its cure', async (_name, script, body, step, hint) => {
    const teamId = newTeam();
    await save(teamId);
    smtpServer.script = script;
    const { ok, steps } = await test(teamId, body);
    expect(ok).toBe(false);
    expect(steps.slice(0, -1).every((item) => item.ok)).toBe(true);
    expect(steps.at(-1)).toMatchObject({ step, ok: false, hint: expect.stringMatching(hint) });
  });

  it.each<[string, SmtpScript, object, RegExp | null]>([
    ['the authority of the team', { certificate: 'private_authority' }, { ca: tlsCertificates().privateCaPem }, null],
    ['the pinned certificate', { certificate: 'self_signed' }, { pin: tlsCertificates().chainOf('self_signed') }, null],
    ['another than the pinned one', {}, { pin: tlsCertificates().chainOf('wrong_host') }, /neues Zertifikat/],
    ['a wish for a certificate', { clientAuthorities: tlsCertificates().caPem }, {}, /PKCS#12/],
    ['one that shows a certificate', { clientAuthorities: SIGNER.caPem }, { clientCertificate: CLIENT }, null],
  ])('trusts in the way of the team: %s', async (_name, script, tls, hint) => {
    const teamId = newTeam();
    await save(teamId);
    smtpServer.script = { ...POLITE, ...script };
    const given = await test(teamId, { smtp: smtp({ tls }) });
    await save(teamId, { smtp: smtp({ tls }) });
    const stored = await test(teamId);
    for (const { ok, steps } of [given, stored]) {
      expect(ok).toBe(hint === null);
      if (hint !== null) expect(steps.at(-1)).toMatchObject({ ok: false, hint: expect.stringMatching(hint) });
    }
  });

  it.each([
    ['a port that is not allowed', { port: 6379 }, 'policy'],
    ['a private address', { host: '10.0.0.1', port: 587 }, 'policy'],
    ['a cloud metadata service', { host: '169.254.169.254', port: 587 }, 'policy'],
    ['a name that leads nowhere', { host: 'no-such-host.invalid', port: 587 }, 'dns'],
    ['a port nobody listens on', { port: () => closedPort }, 'connect'],
  ])('goes no further than %s', async (_name, { port, ...change }: { host?: string; port: number | (() => number) }, step) => {
    const before = await refusedByPolicy();
    const { ok, steps } = await test(newTeam(), { smtp: smtp({ ...change, port: typeof port === 'number' ? port : port() }) });
    expect(ok).toBe(false);
    expect((await refusedByPolicy()) - before).toBe(step === 'policy' ? 1 : 0);
    expect(steps.at(-1)).toMatchObject({ step, ok: false, hint: expect.stringMatching(/\w/) });
    expect(smtpServer.connections).toEqual([]);
  });

  it('runs two at a time for a team, and the third is told to wait', async () => {
    const teamId = newTeam();
    await save(teamId);
    smtpServer.script = { ...POLITE, banner: { wait: 500, then: '220 slow' } };
    const two = [post(teamId), post(teamId)];
    await eventually(() => smtpServer.connections.length >= 2);
    const third = await post(teamId);
    expect([third.status, problem.parse(third.body).type]).toEqual([429, 'urn:billing-mail:problem:tests-under-way']);
    const neighbour = newTeam();
    expect((await post(neighbour, { smtp: smtp() })).status).toBe(200);
    expect((await Promise.all(two)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await post(teamId)).status).toBe(200);
  });

  it('is taken ten times a minute for a team, whoever asks, and then says when to come again', async () => {
    const teamId = newTeam();
    const nothing = { smtp: smtp({ port: closedPort }) };
    const statuses = [];
    for (let count = 0; count < 10; count += 1) statuses.push((await post(teamId, nothing)).status);
    expect(statuses).toEqual(statuses.map(() => 200));
    const refused = await post(teamId, nothing, { sub: 'settings-sync', role: 'service' });
    expect([refused.status, problem.parse(refused.body).type]).toEqual([429, 'urn:billing-mail:problem:too-many-requests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-policy']).toBe('"smtp-test";q=10;w=60');
    expect((await post(newTeam(), nothing)).status).toBe(200);
  });

  it('waits after the fourth password that the server refuses, at that host only', async () => {
    const teamId = newTeam();
    const wrong = { smtp: smtp({ auth: { ...ACCOUNT, type: 'password', password: 'guessed' } }) };
    for (let count = 0; count < 4; count += 1) expect((await post(teamId, wrong)).status).toBe(200);
    const tried = smtpServer.connections.length;
    const refused = await post(teamId, { smtp: smtp() });
    expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([429, '"failed-sign-in";q=3;w=3600']);
    expect(smtpServer.connections).toHaveLength(tried);
    expect((await post(teamId, { smtp: smtp({ host: '10.0.0.1' }) })).status).toBe(200);
    expect((await post(newTeam(), { smtp: smtp() })).status).toBe(200);
  });

  describe('of a server with many names', () => {
    let dns: Awaited<ReturnType<typeof startDnsServer>>;
    beforeAll(async () => {
      const one = { a: ['127.0.0.1'] };
      dns = await startDnsServer({
        ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`mx${index}.acme.test`, one])),
        'elsewhere.acme.test': { a: ['127.0.0.2'] },
        'popular.acme.test': { a: ['127.0.0.1', '127.0.0.3'] },
      });
      api.app.get<ProbeOptions>(PROBE_OPTIONS).dnsServers = [dns.address];
    });
    afterAll(async () => {
      delete api.app.get<ProbeOptions>(PROBE_OPTIONS).dnsServers;
      await dns.close();
    });
    // The server shows the same certificate under every name.
    const tls = { pin: tlsCertificates().chainOf('self_signed') };
    const guess = (host: string) => ({ smtp: smtp({ host, tls, auth: { ...ACCOUNT, type: 'password', password: 'guessed' } }) });
    beforeEach(() => {
      smtpServer.script = { ...POLITE, certificate: 'self_signed' };
    });
    const wait = async (teamId: string, body: object) => {
      const { status, headers } = await post(teamId, body);
      return [status, headers['ratelimit-policy']];
    };

    it('waits after the fourth wrong password by any of them, and so by its address', async () => {
      const teamId = newTeam();
      for (const name of ['mx1', 'mx1', 'mx2', 'MX3']) expect((await post(teamId, guess(`${name}.acme.test`))).status).toBe(200);
      expect(smtpServer.connections.filter(({ authAttempts }) => authAttempts.length > 0)).toHaveLength(4);
      const tried = smtpServer.connections.length;
      for (const host of ['mx4.acme.test', 'mx2.acme.test', '127.0.0.1'])
        expect(await wait(teamId, guess(host))).toEqual([429, '"failed-sign-in";q=3;w=3600']);
      // The same for a client that receives the steps one by one, because none was sent before.
      const live = { claims: admin(teamId), body: guess('mx4.acme.test'), headers: LIVE };
      expect((await api.call('post', `/v1/teams/${teamId}/email-delivery/smtp/test`, live)).status).toBe(429);
      expect(smtpServer.connections).toHaveLength(tried);
      expect((await post(teamId, guess('elsewhere.acme.test'))).status).toBe(200);
      expect((await post(newTeam(), guess('mx4.acme.test'))).status).toBe(200);
    });

    it('waits after the eleventh wrong password at whatever servers, and a success at one of them forgives none', async () => {
      const teamId = newTeam();
      const waits = api.app.get(SignInWaits);
      const connected = (index: number) => ({ step: 'connect', ok: true, ms: 1, detail: '', address: `192.0.2.${index}` }) as const;
      const refusal = { kind: 'reply', stage: 'auth', code: 535, enhancedCode: '5.7.8', text: 'no' } as const;
      for (let index = 0; index < 11; index += 1) {
        await waits.check(teamId, 'mx12.acme.test');
        const steps = [connected(index), { step: 'auth', ok: false, ms: 1, detail: 'no', fact: refusal } as const];
        await waits.note(teamId, `mx${index}.acme.test`, steps);
        await waits.note(teamId, 'own.acme.test', [connected(100), { step: 'auth', ok: true, ms: 1, detail: 'billing' }]);
      }
      expect(await wait(teamId, guess('mx12.acme.test'))).toEqual([429, '"failed-sign-ins-of-team";q=10;w=3600']);
    });

    it('counts among the tests of each of its addresses', async () => {
      const limiter = api.app.get(RateLimiter);
      const { requests } = limiter.limit('smtp-test-host');
      await Promise.all(Array.from({ length: requests }, () => limiter.count('smtp-test-host', '127.0.0.3')));
      expect(await wait(newTeam(), guess('popular.acme.test'))).toEqual([429, `"smtp-test-host";q=${requests};w=60`]);
      expect((await post(newTeam(), guess('mx1.acme.test'))).status).toBe(200);
    });

    it('counts failures from the first again after a success, by the address that it was at', async () => {
      const teamId = newTeam();
      for (const name of ['mx1', 'mx2', 'mx3']) expect((await post(teamId, guess(`${name}.acme.test`))).status).toBe(200);
      expect((await test(teamId, { smtp: smtp({ host: 'mx4.acme.test', tls }) })).ok).toBe(true);
      for (const name of ['mx5', 'mx6', 'mx7']) expect((await post(teamId, guess(`${name}.acme.test`))).status).toBe(200);
    });
  });

  it('is for admins of the team', async () => {
    const teamId = newTeam();
    await save(teamId);
    expect((await post(teamId, {}, { sub: 'u', teams: { [teamId]: 'member' } })).status).toBe(403);
    expect((await post(teamId, {}, { sub: 'u', teams: { other: 'admin' } })).status).toBe(404);
    expect(smtpServer.connections).toEqual([]);
  });

  it('shows no password, even when the server repeats it', async () => {
    const encoded = Buffer.from(`\0billing\0${PASSWORD}`).toString('base64');
    smtpServer.script = { ...POLITE, auth: `535 5.7.8 bad password ${PASSWORD} ${encoded}` };
    expect((await test(newTeam(), { smtp: smtp() })).steps.at(-1)).toMatchObject({
      step: 'auth',
      detail: expect.stringContaining('5.7.8'),
    });
    for (const seen of [answers, api.log()]) {
      expect(seen).toContain('auth');
      expect(seen).not.toContain('pa55');
      expect(seen).not.toContain(encoded);
      expect(seen).not.toContain('v1.k1.');
    }
  });

  it('tells each step as it succeeds to who reads along', async () => {
    smtpServer.script = { ...POLITE, mail: { wait: 800, then: '550 5.7.60 not yours' } };
    const token = await tokenFor(ACME_ADMIN);
    const response = await fetch(`${await api.app.getUrl()}/v1/teams/acme/email-delivery/smtp/test`, {
      method: 'POST',
      headers: { ...LIVE, 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ smtp: smtp() }),
    });
    expect(response.headers.get('content-type')).toMatch('application/x-ndjson');
    const seen: { line: SmtpTestLine; atMs: number }[] = [];
    const since = Date.now();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const lines = (rest + Buffer.from(chunk as Uint8Array).toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) seen.push({ line: smtpTestLine.parse(JSON.parse(line)), atMs: Date.now() - since });
    }
    const last = seen.pop();
    expect(seen.map(({ line }) => ('step' in line ? line.step.step : null))).toEqual([
      'policy',
      'dns',
      'connect',
      'tls',
      'greeting',
      'auth',
    ]);
    expect((last?.atMs ?? 0) - (seen.at(-1)?.atMs ?? 0)).toBeGreaterThan(400);
    expect(last?.line).toMatchObject({ result: { ok: false } });

    const refused = await api.call('post', '/v1/teams/acme/email-delivery/smtp/test', { body: { smtp: { host: 'x' } }, headers: LIVE });
    expect([refused.status, refused.headers['content-type']]).toEqual([422, expect.stringContaining('problem+json')]);
  });
});
