// Mailboxes connected at a real OpenID provider on loopback, and their tokens, also with two processes at the same time.
import { generateKeyPairSync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type ClientProxy } from '@nestjs/microservices';
import {
  type MailConnectionStart,
  type MailConnectionView,
  SMTP_TOKEN,
  smtpTokenAnswer,
  type SmtpTokenAnswer,
} from '@billing-mail/contracts';
import { CredentialBox, transportClient, smtpTokenContext, Sql } from '@billing-mail/platform';
import { expectServerErrors, HANGS_AFTER_MS, newRsaKeyPem, type OpenIdProvider, startOpenIdProvider } from '@billing-mail/testkit';
import { Redis } from 'ioredis';
import { firstValueFrom, timeout } from 'rxjs';
import { pino } from 'pino';
import request, { type Response } from 'supertest';
import { DataSource } from 'typeorm';
import { createSettingsApi } from '../settings-api.js';
import { startTestSettingsApi, type TestSettingsApi } from '../testing/start-test-settings-api.js';
import { AccessTokens } from './access-tokens.js';
import { MailConnectionsStore } from './mail-connections.store.js';
import { sealTokens } from './seal-tokens.js';

const SETTINGS = '/v1/teams/acme/email-delivery';
const CONNECTION = `${SETTINGS}/connection`;
const CALLBACK = '/v1/mail-connections/callback';
const HOST = 'smtp.acme.example';
const SECRET = 'secret-of-the-app-never-seen';
const client = {
  client_id: 'billing',
  client_secret: SECRET,
  redirect_uris: [`http://127.0.0.1:4100${CALLBACK}`],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'client_secret_post',
};

const APP = {
  client_id: 'app-of-acme',
  client_secret: SECRET,
  redirect_uris: [],
  response_types: [],
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
};
const ACCOUNT = 'billing@acme-project.iam.gserviceaccount.com';
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

describe('a mailbox at an OpenID provider', () => {
  let api: TestSettingsApi;
  let provider: OpenIdProvider;
  let microsoft: OpenIdProvider;
  let google: OpenIdProvider;
  let transport: ClientProxy;
  let listener: Redis;
  let sql: Sql;
  let wire = '';
  let answers = '';
  const tokens: string[] = [];

  beforeAll(async () => {
    const scope = 'https://outlook.office.com/SMTP.Send';
    [provider, microsoft, google] = await Promise.all([
      startOpenIdProvider({ clients: [client], scopes: ['smtp'], accounts: ['billing@acme.example'] }),
      startOpenIdProvider({
        clients: [client, APP],
        scopes: ['profile', scope, 'https://outlook.office365.com/.default'],
        accounts: ['clerk@acme.example'],
        emailInIdToken: true,
        namesLasting: false,
        revokes: 'no',
      }),
      startOpenIdProvider({
        clients: [client],
        scopes: ['https://mail.google.com/'],
        accounts: ['billing@acme.example'],
        rotates: false,
        alwaysLasting: true,
        serviceAccount: { email: ACCOUNT, publicKey: keys.publicKey },
      }),
    ]);
    api = await startTestSettingsApi({
      CONSOLE_URL: 'http://127.0.0.1:4100',
      // Networks that are allowed for mail servers are not allowed for providers.
      SMTP_ALLOWED_NETWORKS: '10.0.0.0/8',
      OAUTH_ALLOWED_NETWORKS: '127.0.0.0/8',
      OAUTH_MICROSOFT_ISSUER: microsoft.issuer,
      OAUTH_GOOGLE_ISSUER: google.issuer,
      OAUTH_MICROSOFT_CLIENT_ID: 'billing',
      OAUTH_MICROSOFT_CLIENT_SECRET: SECRET,
      RATE_LIMITS: 'connections=1000/1m',
    });
    sql = new Sql(api.app.get(DataSource));
    transport = transportClient({ REDIS_URL: api.redis.url });
    await transport.connect();
    listener = new Redis(api.redis.url);
    await listener.psubscribe('*');
    listener.on('pmessage', (_pattern, channel: string, message: string) => (wire += `${channel} ${message}\n`));
  });
  afterAll(async () => {
    listener.disconnect();
    await transport.close();
    await api.stop();
    await Promise.all([provider.close(), microsoft.close(), google.close()]);
  });
  beforeEach(async () => {
    await provider.behave({ status: 200, delayMs: 0, isHeld: false, error: null, granted: null });
  });

  const noted = (response: Response): Response => {
    answers += `${JSON.stringify(response.body)} ${response.text}`;
    return response;
  };
  const oidc = () => ({ provider: 'oidc', issuer: provider.issuer, clientId: 'billing', clientSecret: SECRET, scope: 'smtp', host: HOST });
  const begin = async (body: object): Promise<{ url: string; cookie: string }> => {
    const response = noted(await api.call('post', CONNECTION, { body }));
    expect([response.status, response.text]).toEqual([200, expect.any(String)]);
    const [cookie = ''] = (response.headers['set-cookie'] as unknown as string[])[0]?.split(';') ?? [];
    return { url: (response.body as MailConnectionStart).authorizationUrl ?? '', cookie };
  };
  const comeBack = async (returned: URL, cookie: string, language = 'en') =>
    noted(await request(api.app.getHttpServer()).get(`${CALLBACK}${returned.search}`).set({ Cookie: cookie, 'Accept-Language': language }));
  const connect = async (body: object = oidc(), at = provider) => {
    const { url, cookie } = await begin(body);
    return comeBack(await at.signIn(url), cookie);
  };
  const connectionId = async () => (await sql.rows<{ id: string }>('SELECT id FROM settings.mail_connections'))[0]?.id ?? '';
  const ask = async (more: object = {}): Promise<SmtpTokenAnswer> => {
    const question = { teamId: 'acme', connectionId: await connectionId(), host: HOST, ...more };
    return smtpTokenAnswer.parse(await firstValueFrom(transport.send<unknown>(SMTP_TOKEN, question).pipe(timeout(HANGS_AFTER_MS))));
  };
  const opened = async (answer: SmtpTokenAnswer, host = HOST): Promise<string> => {
    if (!('tokenSealed' in answer)) throw new Error(JSON.stringify(answer));
    const token = new CredentialBox(api.env.SECRET_KEYS).open(answer.tokenSealed, smtpTokenContext('acme', await connectionId(), host));
    tokens.push(token);
    return token;
  };
  const age = () => sql.affected(`UPDATE settings.mail_connections SET access_token_ends_at = now() + interval '4 minutes'`);
  const isGood = async (token: string) => (await provider.introspect(token, { id: 'billing', secret: SECRET })).active;
  const input = {
    companyName: 'ACME GmbH',
    sender: 'custom',
    smtp: { host: HOST, port: 587, security: 'starttls', auth: { type: 'oauth2' }, fromAddress: 'billing@acme.example' },
  };

  it('is asked for before settings send by it', async () => {
    const response = await api.call('put', SETTINGS, { body: input });
    expect([response.status, (response.body as { errors: unknown }).errors]).toEqual([
      422,
      [expect.objectContaining({ pointer: '/smtp/auth' })],
    ]);
  });

  it('is connected by a person who signs in, and named in the settings that send by it', async () => {
    const page = await connect();
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('billing@acme.example')]);
    const saved = noted(await api.call('put', SETTINGS, { body: input }));
    expect(saved.body).toMatchObject({
      smtp: { auth: { type: 'oauth2', provider: 'oidc', mailbox: 'billing@acme.example', trouble: null } },
    });
    // The settings can be written back as they were read.
    expect((await api.call('put', SETTINGS, { body: saved.body as object })).body).toMatchObject({ version: 1 });
    const view = noted(await api.call('get', CONNECTION)).body as MailConnectionView;
    expect(view).toMatchObject({ grant: 'delegated', clientId: 'billing', connectedBy: 'u-admin' });
    expect(await isGood(await opened(await ask()))).toBe(true);
  });

  it('takes a sign-in once, and only from the browser that began it', async () => {
    const { url, cookie } = await begin(oidc());
    const returned = await provider.signIn(url);
    expect((await comeBack(returned, 'billing-mail-sign-in=somebody-elses')).text).toContain('another browser');
    expect((await comeBack(returned, cookie)).text).toContain('This sign-in is over');
    const again = await begin(oidc());
    const good = await provider.signIn(again.url);
    expect((await comeBack(good, again.cookie)).status).toBe(200);
    expect((await comeBack(good, again.cookie, 'de')).text).toContain('abgelaufen');
  });

  it('asks nothing of the database for a state that was made up, and counts it and what comes from another browser', async () => {
    const count = async () =>
      Number(/billing_mail_refused_requests_total\{kind="bad_sign_in"\} (\d+)/.exec((await api.call('get', '/metrics')).text)?.[1]);
    const take = jest.spyOn(api.app.get(MailConnectionsStore), 'takeSignIn');
    const before = await count();
    const { url, cookie } = await begin(oidc());
    const returned = await provider.signIn(url);
    const madeUp = new URL(returned);
    for (const state of ['', 'x', 'v2.k1.a.b.c.d', `${returned.searchParams.get('state')?.slice(0, -1)}`]) {
      madeUp.searchParams.set('state', state);
      expect((await comeBack(madeUp, cookie)).status).toBe(400);
    }
    expect(take).not.toHaveBeenCalled();
    expect((await comeBack(returned, '')).status).toBe(400);
    expect([take.mock.calls.length, (await count()) - before]).toEqual([1, 5]);
    const declined = await begin(oidc());
    const without = new URL(await provider.signIn(declined.url));
    without.searchParams.set('error', 'access_denied');
    expect((await comeBack(without, declined.cookie)).text).toContain('The permission was not given');
    expect((await count()) - before).toBe(5);
  });

  it('takes only so many ends of sign-ins from one address', async () => {
    const from = async (address: string) =>
      (await request(api.app.getHttpServer()).get(`${CALLBACK}?state=x`).set('X-Forwarded-For', address)).status;
    const statuses = new Set<number>();
    for (let asked = 0; asked < 61; asked += 1) statuses.add(await from('192.0.2.7'));
    expect([...statuses]).toEqual([400, 429]);
    expect(await from('192.0.2.8')).toBe(400);
  });

  it('is not connected without the permission to send, or when somebody declines', async () => {
    await microsoft.behave({ granted: ['openid', 'email', 'profile', 'offline_access'] });
    expect((await connect({ provider: 'microsoft' }, microsoft)).text).toContain('permission to send e-mail was not among');
    await provider.behave({ granted: 'nothing' });
    expect((await connect()).text).toContain('The permission was not given');
    await microsoft.behave({ granted: null });
  });

  it('never asks a provider inside our network', async () => {
    for (const issuer of ['http://169.254.169.254', 'https://10.0.0.1', 'http://[::1]:1', 'https://192.0.2.1:22'])
      expect((await api.call('post', CONNECTION, { body: { ...oidc(), issuer } })).body).toMatchObject({
        errors: [{ pointer: '/issuer' }],
      });
  });

  it('tells of a provider that does not exist what it tells of one inside our network', async () => {
    // No network is allowed here, so `https://localhost` leads to a forbidden one.
    const strict = await createSettingsApi({ ...api.env, OAUTH_ALLOWED_NETWORKS: [] }, pino({ level: 'silent' }));
    try {
      const told = async (issuer: string) => {
        const response = await request(strict.getHttpServer())
          .post(CONNECTION)
          .set({ Authorization: `Bearer ${await adminToken()}` })
          .send({ ...oidc(), issuer });
        return [response.status, (response.body as { errors?: unknown }).errors];
      };
      const unknown = await told('https://no-such-provider.invalid');
      expect(await told('https://localhost')).toEqual(unknown);
      expect(unknown).toEqual([422, [{ pointer: '/issuer', message: expect.stringContaining('no public server') }]]);
    } finally {
      await strict.close();
    }
  });

  it('is not connected at an address where no provider is, nor in a directory that its provider does not know', async () => {
    const refused = async (body: object) => {
      const response = noted(await api.call('post', CONNECTION, { body }));
      return [response.status, (response.body as { errors?: unknown }).errors];
    };
    const issuer = `${provider.issuer}/nowhere`;
    expect(await refused({ ...oidc(), issuer })).toEqual([
      422,
      [{ pointer: '/issuer', message: 'has no discovery document: check the address' }],
    ]);
    // At this provider each team has a directory of its own.
    const elsewhere = await createSettingsApi(
      { ...api.env, OAUTH_MICROSOFT_ISSUER: `${microsoft.issuer}/organizations` },
      pino({ level: 'silent' }),
    );
    try {
      const response = await request(elsewhere.getHttpServer())
        .post(CONNECTION)
        .set({ Authorization: `Bearer ${await adminToken()}` })
        .send({ provider: 'microsoft', tenant: 'deleted.example' });
      expect([response.status, response.body]).toMatchObject([
        422,
        { errors: [{ pointer: '/tenant', message: 'is not known to the provider' }] },
      ]);
    } finally {
      await elsewhere.close();
    }
  });

  it('gives no token for another server than it was connected for', async () => {
    expect(await ask({ host: 'smtp.evil.example' })).toEqual({ broken: 'other_server' });
    const elsewhere = { ...input, smtp: { ...input.smtp, host: 'smtp.evil.example' } };
    expect((await api.call('put', SETTINGS, { body: elsewhere })).body).toMatchObject({ errors: [{ pointer: '/smtp/host' }] });
  });

  it('renews a token five minutes before its end, once for all who ask in two processes, and keeps the new refresh token', async () => {
    await connect();
    const first = await opened(await ask());
    const other = await createSettingsApi(api.env, pino({ level: 'silent' }));
    try {
      for (let round = 0; round < 3; round += 1) {
        await age();
        const before = await provider.tokenRequests();
        const wanted = { teamId: 'acme', host: HOST };
        const found = await Promise.all(
          Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? api.app : other).get(AccessTokens).tokenFor(wanted)),
        );
        expect(new Set(found.map((one) => ('token' in one ? one.token : JSON.stringify(one)))).size).toBe(1);
        expect((await provider.tokenRequests()) - before).toBe(1);
      }
    } finally {
      await other.close();
    }
    const last = await opened(await ask());
    expect([last === first, await isGood(last)]).toEqual([false, true]);
  });

  it('puts no token that came late over what another process has stored meanwhile', async () => {
    const store = api.app.get(MailConnectionsStore);
    const read = await store.find('acme');
    if (read === null) throw new Error('no mailbox is connected');
    const tokensOf = (name: string) => {
      const given = { accessToken: name, refreshToken: `${name}-lasting`, expiresInMs: 1000, scope: null };
      return sealTokens(new CredentialBox(api.env.SECRET_KEYS), read, given);
    };
    const stored = async () => {
      const { refreshTokenSealed, accessTokenSealed, accessTokenSha256 } = (await store.find('acme')) ?? {};
      return { refreshTokenSealed, accessTokenSealed, accessTokenSha256 };
    };
    const newer = tokensOf('newer');
    await store.writer().tokens(read, newer);
    const { lifeMs: _lifeMs, ...kept } = newer;
    expect(await stored()).toEqual(kept);
    await store.writer().tokens(read, tokensOf('older'));
    expect(await stored()).toEqual(kept);
    await connect();
  });

  it('keeps the new refresh token also where the connection to PostgreSQL was lost while the provider answered', async () => {
    await connect();
    await age();
    const asked = await provider.tokenRequests();
    await provider.behave({ isHeld: true });
    const renewal = api.app.get(AccessTokens).tokenFor({ teamId: 'acme', host: HOST });
    const lost = expect(renewal).rejects.toThrow();
    while ((await provider.tokenRequests()) === asked) await setImmediate();
    const ended = await sql.rows(
      `SELECT pg_terminate_backend(pid, 60000) AS "isGone" FROM pg_stat_activity
       WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE '%settings.mail_connections%FOR UPDATE'`,
    );
    expect(ended).toEqual([{ isGone: true }]);
    await provider.behave({ isHeld: false });
    await lost;
    // The provider accepts each refresh token only once, so this must be the new one.
    await age();
    expect(await isGood(await opened(await ask()))).toBe(true);
    expect((await provider.tokenRequests()) - asked).toBe(2);
  });

  it('renews a token that the mail server has refused', async () => {
    const { createHash } = await import('node:crypto');
    const first = await opened(await ask());
    const second = await opened(await ask({ rejected: createHash('sha256').update(first).digest('hex') }));
    expect(second).not.toBe(first);
    // Another request that names the same refused token gets the token that was renewed already.
    expect(await opened(await ask({ rejected: createHash('sha256').update(first).digest('hex') }))).toBe(second);
  });

  it('goes on with the token it has while the provider is away, and says that it is away when that has ended', async () => {
    await provider.behave({ status: 503 });
    await age();
    expect(await ask()).toMatchObject({ tokenSealed: expect.any(String) });
    await sql.affected(`UPDATE settings.mail_connections SET access_token_ends_at = now()`);
    expect(await ask()).toEqual({ unavailable: 'provider_away' });
    expect((await api.call('get', CONNECTION)).body).toMatchObject({ trouble: null });
    await provider.behave({ status: 200 });
    expect(await ask()).toMatchObject({ tokenSealed: expect.any(String) });
  });

  it('tells that it has to be connected again once the permission was withdrawn, and is well after that', async () => {
    await provider.revokeAll();
    await age();
    expect(await ask()).toEqual({ broken: 'sign_in_expired' });
    expect((await api.call('get', SETTINGS)).body).toMatchObject({ smtp: { auth: { trouble: { code: 'sign_in_expired' } } } });
    const before = await provider.tokenRequests();
    expect(await ask()).toEqual({ broken: 'sign_in_expired' });
    expect(await provider.tokenRequests()).toBe(before);
    await connect();
    expect(await ask()).toMatchObject({ tokenSealed: expect.any(String) });
    expect((await api.call('get', SETTINGS)).body).toMatchObject({ smtp: { auth: { trouble: null } } });
  });

  it('knows an expired secret of the app by the words of Microsoft', async () => {
    const page = await connect({ provider: 'microsoft', mailbox: 'billing@acme.example' }, microsoft);
    expect(page.text).toContain('billing@acme.example');
    const host = 'smtp.office365.com';
    expect(await ask({ host })).toMatchObject({ validForMs: expect.any(Number) });
    await age();
    await microsoft.behave({
      status: 401,
      error: { error: 'invalid_client', error_description: 'AADSTS7000222: The provided client secret keys are expired.' },
    });
    expect(await ask({ host })).toEqual({ broken: 'client_secret_expired' });
    await microsoft.behave({ status: 200 });
    // The provider is not asked at every try, but again after some minutes, because the operator may have repaired the trouble.
    await sql.affected(`UPDATE settings.mail_connections SET trouble_asked_at = now() - interval '6 minutes'`);
    expect(await ask({ host })).toMatchObject({ validForMs: expect.any(Number) });
  });

  const mailbox = 'billing@acme.example';
  const personAtGoogle = { provider: 'google', clientId: 'billing', clientSecret: SECRET };

  it('is renewed for ever at Microsoft, which gives the next refresh token only to who asks for lasting access again', async () => {
    await connect({ provider: 'microsoft', mailbox }, microsoft);
    for (let round = 0; round < 2; round += 1) {
      await age();
      expect(await ask({ host: 'smtp.office365.com' })).toMatchObject({ tokenSealed: expect.any(String) });
    }
  });

  it('is connected by a person at Google, who is asked each time and keeps the first refresh token', async () => {
    const { url, cookie } = await begin(personAtGoogle);
    const asked = new URL(url).searchParams;
    expect([asked.get('access_type'), asked.get('prompt'), asked.get('scope')]).toEqual([
      'offline',
      'consent select_account',
      'openid email https://mail.google.com/',
    ]);
    expect((await comeBack(await google.signIn(url), cookie)).text).toContain(mailbox);
    const refreshToken = async () =>
      (await sql.rows<{ sealed: string }>('SELECT refresh_token_sealed AS sealed FROM settings.mail_connections'))[0]?.sealed;
    const first = await refreshToken();
    for (let round = 0; round < 2; round += 1) {
      await age();
      expect(await ask({ host: 'smtp.gmail.com' })).toMatchObject({ tokenSealed: expect.any(String) });
    }
    expect(await refreshToken()).toBe(first);
  });

  it('is renewed by what was granted, where somebody has left out what mail does not need', async () => {
    await google.behave({ granted: ['openid', 'https://mail.google.com/'] });
    expect((await connect({ ...personAtGoogle, mailbox }, google)).text).toContain(mailbox);
    await age();
    expect(await ask({ host: 'smtp.gmail.com' })).toMatchObject({ tokenSealed: expect.any(String) });
    expect(noted(await api.call('get', CONNECTION)).body).toMatchObject({ scope: 'openid https://mail.google.com/', trouble: null });
    await google.behave({ granted: null });
  });

  it('is away as much when its provider takes too long to answer', async () => {
    await connect();
    await sql.affected(`UPDATE settings.mail_connections SET access_token_ends_at = now()`);
    // Longer than anybody waits for the provider.
    await provider.behave({ delayMs: 10 * 60_000 });
    expect(await ask()).toEqual({ unavailable: 'provider_away' });
    await provider.behave({ delayMs: 0 });
    expect(await ask()).toMatchObject({ tokenSealed: expect.any(String) });
  });

  const appAtMicrosoft = {
    provider: 'microsoft',
    grant: 'app',
    tenant: 'acme.example',
    clientId: 'app-of-acme',
    clientSecret: SECRET,
    mailbox,
  };
  const appAtGoogle = {
    provider: 'google',
    grant: 'app',
    mailbox,
    serviceAccount: { client_email: ACCOUNT, private_key: keys.privateKey },
  };

  it.each([
    ['Microsoft', 'smtp.office365.com', appAtMicrosoft],
    ['Google', 'smtp.gmail.com', appAtGoogle],
  ])('is connected by an app of the team at %s without a person, whose token is renewed in time', async (_name, host, body) => {
    const response = noted(await api.call('post', CONNECTION, { body }));
    expect([response.status, response.body]).toMatchObject([200, { connection: { grant: 'app', mailbox, trouble: null } }]);
    const [first] = await sql.rows<{ sha: string }>('SELECT access_token_sha256 AS sha FROM settings.mail_connections');
    await age();
    expect(await ask({ host })).toMatchObject({ tokenSealed: expect.any(String) });
    const [second] = await sql.rows<{ sha: string }>('SELECT access_token_sha256 AS sha FROM settings.mail_connections');
    expect(second?.sha).not.toBe(first?.sha);
  });

  it.each([
    ['the app of the platform', { ...appAtMicrosoft, clientId: undefined, clientSecret: undefined }, '/clientId'],
    ['a mailbox of others', { ...appAtGoogle, mailbox: 'boss@other.example' }, '/mailbox'],
    [
      'the key of another account',
      { ...appAtGoogle, serviceAccount: { client_email: ACCOUNT, private_key: newRsaKeyPem() } },
      '/serviceAccount/private_key',
    ],
    ['what is no key', { ...appAtGoogle, serviceAccount: { client_email: ACCOUNT, private_key: 'no key' } }, '/serviceAccount/private_key'],
  ])('is not connected without a person by %s', async (_name, body, pointer) => {
    const response = noted(await api.call('post', CONNECTION, { body }));
    expect([response.status, response.body]).toMatchObject([
      422,
      { errors: expect.arrayContaining([expect.objectContaining({ pointer })]) },
    ]);
  });

  const invalidClient = (error_description: string) => ({ status: 401, error: { error: 'invalid_client', error_description } });
  it.each([
    ['both where the provider does not say which', {}, ['/clientId', '/clientSecret']],
    ['the secret', invalidClient('AADSTS7000215: Invalid client secret provided.'), ['/clientSecret']],
    ['the secret that has expired', invalidClient('AADSTS7000222: The provided client secret keys are expired.'), ['/clientSecret']],
    ['the app', invalidClient("AADSTS700016: Application with identifier 'app-of-acme' was not found."), ['/clientId']],
  ])('names what is wrong with an app: %s', async (_name, behaviour, pointers) => {
    await microsoft.behave(behaviour);
    const response = noted(await api.call('post', CONNECTION, { body: { ...appAtMicrosoft, clientSecret: 'another' } }));
    const { errors } = response.body as { errors: { pointer: string; message: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
    expect(errors[0]?.message).toBe('is refused by the provider: invalid_client');
    await microsoft.behave({ status: 200, error: null });
  });

  describe('with a clock that is not the one of its provider', () => {
    const at = (clockOffS: number) => Promise.all([provider, microsoft, google].map((one) => one.behave({ clockOffS })));
    afterAll(() => at(0));

    it.each([600, -600])('is connected, by a person and by apps, and renewed, where that one is %d seconds ahead', async (clockOffS) => {
      await at(clockOffS);
      const lifeOf = async (host: string) => {
        const answer = await ask({ host });
        return 'validForMs' in answer ? answer.validForMs : 0;
      };
      for (const [host, connecting] of [
        [HOST, () => connect()],
        ['smtp.office365.com', () => connect({ provider: 'microsoft', mailbox }, microsoft)],
        ['smtp.gmail.com', () => connect(personAtGoogle, google)],
        ['smtp.gmail.com', () => api.call('post', CONNECTION, { body: appAtGoogle })],
        ['smtp.office365.com', () => api.call('post', CONNECTION, { body: appAtMicrosoft })],
      ] as const) {
        expect((await connecting()).status).toBe(200);
        for (const isAged of [false, true]) {
          if (isAged) await age();
          // The lifetime is given as a duration, so that no clock matters.
          expect(await lifeOf(host)).toBeGreaterThan(50 * 60_000);
        }
      }
    });

    it.each([
      ['ahead', 5400],
      ['behind', -5400],
    ])('says that it is the clock where that one is far %s, and takes it for a trouble of the platform', async (_name, clockOffS) => {
      await at(0);
      expect((await api.call('post', CONNECTION, { body: appAtGoogle })).status).toBe(200);
      await at(clockOffS);
      await sql.affected(`UPDATE settings.mail_connections SET access_token_ends_at = now()`);
      // The delivery waits, and nobody is asked to connect again.
      expect(await ask({ host: 'smtp.gmail.com' })).toEqual({ unavailable: 'provider_away' });
      expect((await api.call('get', CONNECTION)).body).toMatchObject({ trouble: null });
      expect(api.log()).toContain('"why":"clock"');
      expectServerErrors(503);
      const response = await api.call('post', CONNECTION, { body: appAtGoogle });
      expect([response.status, response.body]).toMatchObject([503, { type: expect.stringMatching(/clock-off$/) }]);
    });

    it('says so in the window of a sign-in, in both languages', async () => {
      await at(-5400);
      for (const [language, words] of [
        ['en', 'clock'],
        ['de', 'Uhr'],
      ] as const) {
        const { url, cookie } = await begin(oidc());
        expect((await comeBack(await provider.signIn(url), cookie, language)).text).toContain(words);
      }
    });
  });

  it('takes the permission back of the mailbox that another one has come in place of, and of no other', async () => {
    await connect();
    const first = await opened(await ask());
    await connect();
    const again = await opened(await ask());
    expect(await isGood(first)).toBe(true);
    await connect({ ...personAtGoogle, mailbox }, google);
    expect(await isGood(again)).toBe(false);
    // The same person connects a shared mailbox: for the provider both connections may be one permission.
    const host = 'smtp.office365.com';
    await connect({ provider: 'microsoft' }, microsoft);
    const own = await opened(await ask({ host }), host);
    await connect({ provider: 'microsoft', mailbox }, microsoft);
    expect((await microsoft.introspect(own, { id: 'billing', secret: SECRET })).active).toBe(true);
  });

  const disconnect = async () => {
    const { status, body } = noted(await api.call('delete', CONNECTION));
    expect([status, (await api.call('get', CONNECTION)).status]).toEqual([200, 404]);
    return body as unknown;
  };

  it('says what has become of the permission: whether the provider has taken it back, or still lists it', async () => {
    await connect();
    await provider.behave({ revokes: 'refused' });
    expect(await disconnect()).toEqual({ permission: 'kept' });
    await connect();
    await provider.behave({ revokes: 'yes' });
    expect(await disconnect()).toEqual({ permission: 'taken_back' });
    // Microsoft has no revocation endpoint.
    await connect({ provider: 'microsoft' }, microsoft);
    expect(await disconnect()).toEqual({ permission: 'kept' });
    // An app has the permission of an administrator; no person has given a consent that could be revoked.
    expect((await api.call('post', CONNECTION, { body: appAtGoogle })).status).toBe(200);
    expect(await disconnect()).toEqual({ permission: 'kept' });
  });

  it('is disconnected: the permission is taken back, and what is stored is forgotten', async () => {
    await connect();
    const token = await opened(await ask());
    expect(await disconnect()).toEqual({ permission: 'taken_back' });
    expect((await api.call('get', CONNECTION)).status).toBe(404);
    expect((await sql.rows('SELECT FROM settings.mail_connections')).length).toBe(0);
    expect(await isGood(token)).toBe(false);
    const { items } = (await api.call('get', `${SETTINGS}/history`)).body as { items: { changedBy: string; changes: object[] }[] };
    expect(items[0]).toMatchObject({
      changedBy: 'u-admin',
      changes: expect.arrayContaining([{ pointer: '/smtp/auth/connection', secret: 'removed' }]),
    });
  });

  it('has put no token and no secret into any log line, answer, message, row or history', async () => {
    const stored = JSON.stringify([
      await sql.rows('SELECT * FROM settings.mail_sign_ins'),
      await sql.rows('SELECT * FROM settings.team_email_delivery'),
      await sql.rows('SELECT * FROM settings.team_email_delivery_change'),
    ]);
    expect(wire).toContain('tokenSealed');
    expect(tokens.length).toBeGreaterThan(3);
    for (const secret of [...tokens, SECRET, keys.privateKey.split('\n')[1] ?? ''])
      for (const place of [wire, answers, api.log(), stored]) expect(place.includes(secret)).toBe(false);
  });

  const adminToken = async () =>
    (await import('../testing/start-test-settings-api.js')).tokenFor({ sub: 'u-admin', teams: { acme: 'admin' } });
});
