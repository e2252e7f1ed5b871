// Tests what the doctor says about things that are wrong. What it says about everything that `npm start` runs is tested in start.spec.ts.
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_ROLES } from '@billing-mail/platform';
import {
  createTestIdentity,
  type DnsAnswer,
  type DnsServer,
  type ScriptedSmtpServer,
  type SmtpScript,
  startDnsServer,
  startScriptedSmtpServer,
} from '@billing-mail/testkit';
import { judgeEnd, lookAtCertificates } from './certificates.js';
import { judgeClock } from './clock.js';
import { type Finding } from './finding.js';
import { lookAtPlatformServer } from './platform-server.js';
import { findingsOfPostgres, lookAtPostgres } from './postgres.js';
import { findingsOfRedis } from './redis.js';
import { runDoctor } from './run-doctor.js';
import { lookAtSenderDomain } from './sender-domain.js';
import { lookAtServices } from './services.js';
import { readSiteEnvironment, type Site, type SiteEnvironment } from './site.js';
import { lookAtTokens } from './tokens.js';

const NOWHERE = 'http://127.0.0.1:1';
const site = (env: SiteEnvironment, more: Partial<Site> = {}): Site => ({
  env,
  services: { 'settings-api': NOWHERE, 'mail-dispatcher': NOWHERE, 'notification-service': NOWHERE },
  dnsServer: null,
  dkimSelector: null,
  ...more,
});
/** Returns state and text of a finding. */
const said = (findings: Finding[], about: string | RegExp): string => {
  const found = findings.find((finding) => (typeof about === 'string' ? finding.about === about : about.test(finding.about)));
  return found === undefined ? 'nothing' : `${found.state}: ${found.seen}; ${found.cure ?? ''}`;
};

describe("the doctor's look at the sender's domain", () => {
  const GOOD: Record<string, DnsAnswer> = {
    'example.com': { mx: ['10 mx.example.com'], txt: ['unrelated', 'v=spf1 ip4:192.0.2.1 -all'] },
    'mx.example.com': { a: ['192.0.2.1'] },
    'bounce.example.com': { mx: ['10 mx.example.com'], txt: [`v=spf1 ${'ip4:192.0.2.1 '.repeat(25)}-all`] },
    '_dmarc.example.com': { txt: ['v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com'] },
    '_domainkey.example.com': {},
    's1._domainkey.example.com': { txt: ['v=DKIM1; k=rsa; p=MIIB'] },
    's0._domainkey.example.com': { txt: ['v=DKIM1; p='] },
  };
  let dns: DnsServer | undefined;
  afterEach(() => dns?.close());
  const look = async (changes: Record<string, DnsAnswer>, more: Partial<Site> = {}, env: SiteEnvironment = {}) => {
    dns = await startDnsServer({ ...GOOD, ...changes });
    const all = { PLATFORM_FROM_ADDRESS: 'e-invoice@example.com', BOUNCE_DOMAIN: 'bounce.example.com', ...env };
    return lookAtSenderDomain(site(all, { dnsServer: dns.address, ...more }));
  };

  it('is content where mail comes back, and receivers are told who sends', async () => {
    const findings = await look({}, { dkimSelector: 's1' });
    expect(findings.map(({ about, state }) => `${state} ${about}`)).toEqual([
      'fine MX of example.com',
      'fine MX of bounce.example.com',
      'fine SPF of bounce.example.com',
      'fine DMARC of example.com',
      'fine DKIM of example.com',
    ]);
  });

  it.each<[string, Record<string, DnsAnswer>, RegExp, RegExp]>([
    ['a bounce domain that DNS does not know', { 'bounce.example.com': 'unknown' }, /^MX of bounce/, /^wrong: .*no report .*MX 10/],
    ['one that takes no mail', { 'bounce.example.com': { mx: ['0 .'] } }, /^MX of bounce/, /^wrong: it accepts no mail/],
    ['an exchanger without an address', { 'mx.example.com': {} }, /^MX of bounce/, /^wrong: mx.example.com, without an address/],
    ['no SPF', { 'bounce.example.com': { mx: ['10 mx.example.com'] } }, /^SPF/, /^wrong: none; .*v=spf1/],
    ['two of them', { 'bounce.example.com': { txt: ['v=spf1 -all', 'v=spf1 mx -all'] } }, /^SPF/, /^wrong: 2 records/],
    ['one that lets everybody', { 'bounce.example.com': { txt: ['v=spf1 mx +all'] } }, /^SPF/, /^wrong: .*everybody/],
    ['one that excludes nobody', { 'bounce.example.com': { txt: ['v=spf1 mx'] } }, /^SPF/, /^weak: .*nobody is excluded/],
    ['no DMARC', { '_dmarc.example.com': 'unknown' }, /^DMARC/, /^wrong: none.*_dmarc\.example\.com\. TXT "v=DMARC1/],
    [
      'one without a policy',
      { '_dmarc.example.com': { txt: ['v=DMARC1; rua=mailto:a@b.example'] } },
      /^DMARC/,
      /^wrong: .*without a policy/,
    ],
    ['one that forbids nothing', { '_dmarc.example.com': { txt: ['v=DMARC1; p=none'] } }, /^DMARC/, /^weak: .*forbids nothing/],
    ['no key', { '_domainkey.example.com': 'unknown' }, /^DKIM/, /^weak: no key/],
  ])('names %s and what helps', async (_, changes, about, words) => {
    expect(said(await look(changes), about)).toMatch(words);
  });

  it('does not take a DNS that fails for a domain without records', async () => {
    await expect(look({ '_dmarc.example.com': 'failing' })).rejects.toThrow('DNS gives no answer');
  });

  it.each([
    ['s0', 'the key at s0._domainkey.example.com is revoked'],
    ['s9', 'no key at s9._domainkey.example.com'],
  ])('looks at the key %s that signs', async (dkimSelector, words) => {
    expect(said(await look({}, { dkimSelector }), /^DKIM/)).toContain(`wrong: ${words}`);
  });

  it('takes DMARC from the domain above, and says where SPF does not count', async () => {
    const above = await look({}, {}, { PLATFORM_FROM_ADDRESS: 'e-invoice@mail.example.com', BOUNCE_DOMAIN: undefined });
    expect(said(above, /^DMARC/)).toMatch(/^fine: .*\(of example\.com\)/);
    await dns?.close();
    const foreign = await look({}, {}, { BOUNCE_DOMAIN: 'bounce.example.net' });
    expect(said(foreign, /^DMARC/)).toMatch(/^weak: .*SPF does not count; sign with DKIM/);
  });
});

describe("the doctor's look at the mail server", () => {
  let server: ScriptedSmtpServer;
  beforeEach(async () => void (server = await startScriptedSmtpServer()));
  afterEach(() => server.close());
  const look = (script: SmtpScript, protocol: 'smtp' | 'smtps', login = '') => {
    server.script = script;
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    writeFileSync(join(folder, 'ca.pem'), server.caPem);
    const env = { PLATFORM_SMTP_URL: `${protocol}://${login}127.0.0.1:${server.port}`, PLATFORM_SMTP_CA_FILE: join(folder, 'ca.pem') };
    return { env, findings: lookAtPlatformServer(site(env)).finally(() => rmSync(folder, { recursive: true })) };
  };
  const accounts = [{ username: 'billing', password: 'right' }];

  it('signs in and sends nothing', async () => {
    const { findings, env } = look({ security: 'starttls', accounts }, 'smtp', 'billing:right@');
    expect(said(await findings, 'mail server')).toMatch(/^fine: 127\.0\.0\.1:\d+, TLSv1\.3, signed in; $/);
    expect([server.transactions.length, server.connections.length]).toEqual([0, 1]);
    expect(said(await lookAtCertificates(site(env)), 'certificate of the mail server')).toMatch(
      /^weak: 29 days left, until .*; order a new one/,
    );
  });

  it.each<[string, SmtpScript, 'smtp' | 'smtps', string, RegExp]>([
    ['a password that is refused', { security: 'starttls', accounts }, 'smtp', 'billing:wrong@', /^wrong: .*, auth: .*; .*password/i],
    ['a server for another name', { security: 'tls', certificate: 'wrong_host' }, 'smtps', '', /^wrong: .*, tls: .*; ./],
    ['a server without encryption', {}, 'smtp', '', /^weak: .*without TLS, without signing in; .*smtps/],
  ])('tells of %s', async (_, script, protocol, login, words) => {
    const findings = await look(script, protocol, login).findings;
    expect(said(findings, 'mail server')).toMatch(words);
    expect(JSON.stringify(findings)).not.toMatch(/right|wrong@|:wrong/);
  });

  it('tells of one that takes only small messages', async () => {
    const { findings } = look({ maxBytes: 10 * 1024 * 1024 }, 'smtp');
    expect(said(await findings, 'size of a message')).toMatch(/^weak: 10 MiB; .*MAX_ATTACHMENT_BYTES/);
  });
});

describe("the doctor's look at PostgreSQL", () => {
  const state = {
    version: '18.0',
    role: 'billing_mail_dispatch',
    is_superuser: false,
    is_replica: false,
    is_encrypted: true,
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    connections: 20,
    max_connections: 200,
    roles: [...DATABASE_ROLES],
    readable: [],
    unreadable: [],
  };

  it.each([
    [{}, 'PostgreSQL', /^fine: 18\.0 at db:5432, as billing_mail_dispatch, by TLS, 20 of 200/],
    [{ is_replica: true }, 'PostgreSQL', /^wrong: .*replica.*; .*primary/],
    [{ connections: 190 }, 'PostgreSQL', /^weak: .*; .*max_connections/],
    [{ fsync: 'off' }, 'PostgreSQL on disk', /^wrong: fsync is off: .*loses/],
    [{ synchronous_commit: 'off' }, 'PostgreSQL on disk', /^wrong: synchronous_commit is off/],
    [{ roles: [] }, 'PostgreSQL roles', /^weak: not there: billing_mail_migrator.*database:roles/],
    [{ is_superuser: true }, 'PostgreSQL roles', /^weak: .*superuser/],
  ])('judges %j', (changes, about, words) => {
    expect(said(findingsOfPostgres({ ...state, ...changes }, 'db:5432', false), about)).toMatch(words);
  });

  it('names one that is away, and no password', async () => {
    const findings = await lookAtPostgres(site({ DATABASE_URL: 'postgresql://someone:verysecret@127.0.0.1:1/x' }));
    expect(said(findings, 'PostgreSQL')).toMatch(/^wrong: 127\.0\.0\.1:1: .*ECONNREFUSED.*; see that it runs/);
    expect(JSON.stringify(findings)).not.toContain('verysecret');
  });
});

describe("the doctor's look at Redis", () => {
  const INFO = {
    redis_version: '7.4.0',
    role: 'master',
    connected_slaves: '1',
    aof_enabled: '1',
    aof_last_write_status: 'ok',
    maxmemory: '1000',
    used_memory: '100',
    maxmemory_policy: 'noeviction',
  };
  it.each([
    [{}, 'always', 'Redis', /^fine: 7\.4\.0 at r:6379, primary, 1 replicas/],
    [{ role: 'slave' }, 'always', 'Redis', /^wrong: .*takes no writes; .*redis\+sentinel/],
    [{}, 'always', 'Redis on disk', /^fine: .*synced always/],
    [{}, null, 'Redis on disk', /^fine: .*may not be asked/],
    [{}, 'everysec', 'Redis on disk', /^weak: .*everysec/],
    [{ aof_enabled: '0' }, 'always', 'Redis on disk', /^wrong: .*loses jobs; .*appendonly yes/],
    [{ aof_last_write_status: 'err' }, 'always', 'Redis on disk', /^wrong: .*disk is full/],
    [{ maxmemory_policy: 'allkeys-lru' }, 'always', 'Redis memory', /^wrong: .*forgets jobs.*; .*noeviction/],
    [{ used_memory: '900' }, 'always', 'Redis memory', /^weak: noeviction, 90 %/],
    [{ maxmemory: '0' }, 'always', 'Redis memory', /^fine: noeviction, without a limit/],
  ])('judges %j, synced %s: %s', (changes, appendFsync, about, words) => {
    const info = Object.entries({ ...INFO, ...changes }).map(([name, value]) => `${name}:${value}`);
    expect(said(findingsOfRedis(`# Server\r\n${info.join('\r\n')}\r\n`, appendFsync, 'r:6379'), about)).toMatch(words);
  });
});

describe("the doctor's look at services, clocks and certificates", () => {
  const servers: Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const service = (status: number, body: object, commit: string) =>
    serve((request, response) => {
      response.statusCode = request.url === '/version' ? 200 : status;
      response.end(JSON.stringify(request.url === '/version' ? { version: '0.1.0', commit } : body));
    });

  it('says of each service whether it is ready, and whether all are of one build', async () => {
    const services = {
      'settings-api': await service(200, { checks: ['database', 'redis'] }, 'abcdef0'),
      'mail-dispatcher': await service(503, { detail: 'Not ready: documents does not answer.' }, 'abcdef1'),
      'notification-service': NOWHERE,
    };
    const findings = await lookAtServices(site({}, { services }));
    expect(said(findings, 'settings-api')).toMatch(/^fine: ready at .*0\.1\.0 \(abcdef0\): database, redis/);
    expect(said(findings, 'mail-dispatcher')).toMatch(/^wrong: .* answers 503: Not ready: documents/);
    expect(said(findings, 'notification-service')).toMatch(/^wrong: .*; .*--notification-service http/);
    expect(said(findings, 'builds')).toMatch(/^weak: .*abcdef0.*abcdef1/);
  });

  const secret = 'a secret of at least thirty-two characters';
  it.each<[string, SiteEnvironment, RegExp]>([
    [
      'by a secret that all services share',
      { AUTH_JWT_SECRET: secret },
      /^weak: .* all services share: .*; let an identity provider .*AUTH_JWKS_URL/,
    ],
    ['by public keys', { AUTH_JWKS_URL: 'https://id.example.com/keys' }, /^fine: .*https:\/\/id\.example\.com\/keys/],
    // As in the services, the public keys take precedence.
    ['by public keys, although there is a secret', { AUTH_JWKS_URL: 'https://id.example.com/keys', AUTH_JWT_SECRET: secret }, /^fine: /],
    ['by nothing that is known here', {}, /^wrong: AUTH_JWKS_URL is not set/],
  ])('judges tokens that are checked %s', async (_name, env, words) => {
    const findings = await lookAtTokens(site(readSiteEnvironment(env).env));
    expect(said(findings, 'tokens')).toMatch(words);
    expect(JSON.stringify(findings)).not.toContain(secret);
  });

  it.each([
    ['as ours', 100_000, 'fine: as that of PostgreSQL; '],
    ['ahead of ours', 170_000, 'wrong: 66 s behind that of PostgreSQL; let NTP'],
    ['behind ours', 30_000, 'wrong: 67 s ahead of that of PostgreSQL; let NTP'],
    ['within the time that its answer took', 103_000, 'fine: as that of PostgreSQL; '],
  ])('judges a clock that is %s', (_, theirsMs, words) => {
    const finding = judgeClock({ of: 'PostgreSQL', theirsMs, beforeMs: 98_000, afterMs: 104_000, stepMs: 1000 });
    expect(said([finding], 'clock')).toContain(words);
  });

  it.each([
    [400, 'fine: 400 days left'],
    [20, 'weak: 20 days left'],
    [2, 'wrong: 2 days left'],
    [-1, 'wrong: ended on'],
  ])('judges a certificate with %i days left', (days, words) => {
    const end = new Date(Date.now() + (days + 0.5) * 24 * 60 * 60 * 1000);
    expect(said([judgeEnd('x', end)], 'x')).toContain(words);
  });

  it('judges the certificate that signs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    try {
      const { p12, passphrase } = createTestIdentity({ address: 'e-invoice@example.com' });
      const SMIME_P12_FILE = join(folder, 'signer.p12');
      writeFileSync(SMIME_P12_FILE, p12);
      const signer = async (changes: SiteEnvironment) => {
        const env = { SMIME_P12_FILE, SMIME_P12_PASSPHRASE: passphrase, PLATFORM_FROM_ADDRESS: 'e-invoice@example.com', ...changes };
        return said(await lookAtCertificates(site(env)), 'signing certificate');
      };
      expect(await signer({})).toMatch(/^fine: for e-invoice@example\.com, 36\d days left/);
      expect(await signer({ PLATFORM_FROM_ADDRESS: 'other@example.com' })).toMatch(/^wrong: .*not for other@example\.com/);
      expect(await signer({ SMIME_P12_PASSPHRASE: 'another' })).toMatch(/^wrong: .*passphrase/);
      expect(await signer({ SMIME_P12_FILE: join(folder, 'none') })).toMatch(/^wrong: .*ENOENT/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the doctor', () => {
  it('names each variable that is wrong, and goes on with the others', () => {
    const { env, findings } = readSiteEnvironment({ REDIS_URL: 'http://nowhere', DATABASE_URL: 'postgresql://db/x', BOUNCE_DOMAIN: '' });
    expect([env.DATABASE_URL, env.REDIS_URL, env.BOUNCE_DOMAIN]).toEqual(['postgresql://db/x', undefined, undefined]);
    expect(said(findings, 'environment')).toMatch(/^wrong: REDIS_URL .*; correct REDIS_URL/);
  });

  it.each(['--mail-dispatcher nowhere', '--dns-server example', '--dkim-selector ../x', '--unknown'])('refuses %s', async (line) => {
    const args = line.split(' ');
    await expect(runDoctor(args, {})).rejects.toMatchObject({ message: expect.stringContaining(args[0] ?? ''), cure: expect.any(String) });
  });
});
