// The test of a mail server that accepts the token of a connected mailbox. A real OpenID provider on loopback issues the token.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MailConnectionStart, type SmtpTestResult } from '@billing-mail/contracts';
import { type OpenIdProvider, type ScriptedSmtpServer, startOpenIdProvider, startScriptedSmtpServer } from '@billing-mail/testkit';
import { simpleParser } from 'mailparser';
import request from 'supertest';
import { startTestSettingsApi, type TestSettingsApi } from '../testing/start-test-settings-api.js';

const SETTINGS = '/v1/teams/acme/email-delivery';
const CALLBACK = '/v1/mail-connections/callback';
const CLERK = 'clerk@acme.example';
const SHARED = 'billing@acme.example';
const APP = { id: 'billing', secret: 'secret-of-the-app' };

describe('the test of a server that takes tokens', () => {
  let api: TestSettingsApi;
  let provider: OpenIdProvider;
  let server: ScriptedSmtpServer;
  let folder: string;

  beforeAll(async () => {
    [server, provider] = await Promise.all([
      startScriptedSmtpServer(),
      startOpenIdProvider({
        clients: [
          {
            ...{ client_id: APP.id, client_secret: APP.secret },
            redirect_uris: [`http://127.0.0.1:4100${CALLBACK}`],
            grant_types: ['authorization_code', 'refresh_token'],
            token_endpoint_auth_method: 'client_secret_post',
          },
        ],
        scopes: ['smtp'],
        accounts: [CLERK],
      }),
    ]);
    folder = await mkdtemp(join(tmpdir(), 'settings-api-'));
    await writeFile(join(folder, 'ca.pem'), server.caPem);
    api = await startTestSettingsApi({
      CONSOLE_URL: 'http://127.0.0.1:4100',
      SMTP_ALLOWED_NETWORKS: '127.0.0.0/8',
      SMTP_ALLOWED_PORTS: `587,${server.port}`,
      SMTP_CA_FILE: join(folder, 'ca.pem'),
      OAUTH_ALLOWED_NETWORKS: '127.0.0.0/8',
      RATE_LIMITS: 'connections=1000/1m,smtp-test=1000/1m,smtp-test-host=1000/1m,failed-sign-in=1000/1h',
    });
    // As at Microsoft 365, the user name must be that of the person to whom the token was issued.
    server.script = {
      security: 'starttls',
      mechanisms: 'XOAUTH2',
      tokens: async ({ username, password }) => {
        const { active, sub } = await provider.introspect(password, APP);
        return active && sub === username;
      },
    };
  });
  afterAll(async () => {
    await api.stop();
    await Promise.all([provider.close(), server.close()]);
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    server.forget();
    await provider.behave({ status: 200, error: null });
  });

  const connect = async (more: object = {}): Promise<void> => {
    const app = { provider: 'oidc', issuer: provider.issuer, clientId: APP.id, clientSecret: APP.secret, scope: 'smtp' };
    const begun = await api.call('post', `${SETTINGS}/connection`, { body: { ...app, host: '127.0.0.1', ...more } });
    const [cookie = ''] = (begun.headers['set-cookie'] as unknown as string[])[0]?.split(';') ?? [];
    const returned = await provider.signIn((begun.body as MailConnectionStart).authorizationUrl ?? '');
    const page = await request(api.app.getHttpServer()).get(`${CALLBACK}${returned.search}`).set({ Cookie: cookie });
    expect(page.status).toBe(200);
  };
  const smtp = () => ({ host: '127.0.0.1', port: server.port, security: 'starttls', auth: { type: 'oauth2' }, fromAddress: SHARED });
  const test = async (more: object = {}): Promise<SmtpTestResult> => {
    const { status, body } = await api.call('post', `${SETTINGS}/smtp/test`, { body: { smtp: smtp(), ...more } });
    expect([status, body]).toEqual([200, expect.anything()]);
    return body as SmtpTestResult;
  };
  const signIns = () => server.connections.flatMap(({ authAttempts }) => authAttempts);

  it('renews a token that the server refuses, once, as a try of a delivery does', async () => {
    await connect();
    await provider.revokeAccess();
    const result = await test();
    expect([result.ok, result.steps.find(({ ok }) => !ok)]).toEqual([true, undefined]);
    expect(result.steps.map(({ step }) => step)).toEqual(['policy', 'dns', 'connect', 'tls', 'greeting', 'auth', 'mail_from', 'rcpt']);
    expect(signIns().map(({ accepted }) => accepted)).toEqual([false, true]);
  });

  it('shows the steps of both sign-ins once where it shows them while they happen', async () => {
    await provider.revokeAccess();
    const { text } = await api.call('post', `${SETTINGS}/smtp/test`, {
      body: { smtp: smtp() },
      headers: { Accept: 'application/x-ndjson' },
    });
    const steps = text.split('\n').flatMap((line) => /^\{"step":\{"step":"(\w+)"/.exec(line)?.[1] ?? []);
    expect(new Set(steps).size).toBe(steps.length);
    expect(steps).toContain('rcpt');
  });

  it('says what the server said where it refuses the new token as well, or the provider gives none', async () => {
    server.script = { ...server.script, auth: '535 5.7.3 Authentication unsuccessful' };
    const refused = await test();
    expect(refused.steps.at(-1)).toMatchObject({ step: 'auth', ok: false, detail: expect.stringContaining('5.7.3') });
    expect(signIns()).toHaveLength(2);
    server.forget();
    await provider.behave({ status: 503 });
    expect((await test()).steps.at(-1)).toMatchObject({ step: 'auth', ok: false, detail: expect.stringContaining('5.7.3') });
    expect(signIns()).toHaveLength(1);
    server.script = { ...server.script, auth: undefined };
  });

  it('signs in to a shared mailbox as the person who may send for it, and sends from the shared one', async () => {
    await connect({ mailbox: SHARED });
    const result = await test({ sendTo: 'somebody@customer.example' });
    expect([result.ok, result.steps.find(({ ok }) => !ok)]).toEqual([true, undefined]);
    const [message] = server.messages;
    expect([message?.username, message?.from]).toEqual([CLERK, SHARED]);
    expect((await simpleParser(message?.raw ?? '')).from?.value).toMatchObject([{ address: SHARED }]);
  });
});
