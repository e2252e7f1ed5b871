// Whose trouble an answer of a provider shows: the team's, which is reported, or the provider's, which has to pass.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { readEnvironment } from '@billing-mail/platform';
import { newSecretKey } from '../testing/start-test-settings-api.js';
import { settingsEnvironment } from '../settings.env.js';
import { PlatformApps } from './platform-apps.js';
import { ProviderClient } from './provider-client.js';

type Answer = { status: number; headers?: Record<string, string>; body?: object | string };

const ENVIRONMENT = {
  DATABASE_URL: 'postgres://127.0.0.1/none',
  REDIS_URL: 'redis://127.0.0.1',
  AUTH_JWT_SECRET: 'a secret of at least thirty-two characters',
  SECRET_KEYS: newSecretKey('k1'),
};

describe('what a provider answers', () => {
  let server: Server;
  let issuer: string;
  let answers: { discovery?: Answer; token?: Answer };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { discovery = { status: 200, body: document() }, token = { status: 500 } } = answers;
      const { status, headers, body = '' } = request.url === '/token' ? token : discovery;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await once(server, 'close');
  });

  const document = () => ({ issuer, token_endpoint: `${issuer}/token` });
  /** Renews a token at a provider that gives these answers. */
  const renewed = (given: typeof answers) => {
    answers = given;
    const apps = new PlatformApps(readEnvironment(settingsEnvironment, ENVIRONMENT));
    const app = { provider: 'oidc' as const, issuer, clientId: 'billing', clientSecret: 'secret' };
    return new ProviderClient({ allowedNetworks: ['127.0.0.0/8'] }, apps).refresh(app, 'refresh-token', 'smtp');
  };

  // By RFC 6749, 5.2 a challenge may come with the body, and must if the client tried to authenticate by the Authorization header.
  it.each([
    ['invalid_client', 'client_refused'],
    ['invalid_grant', 'sign_in_expired'],
  ])('is the team\'s trouble by "%s", whatever challenge stands in front of it', async (error, trouble) => {
    const headers = { 'www-authenticate': 'Basic realm="tokens", error="any"' };
    expect(await renewed({ token: { status: 401, headers, body: { error } } })).toEqual({
      kind: 'refused',
      trouble,
      code: error,
      isExact: false,
    });
  });

  it.each([400, 401, 403, 404, 410])(
    "is the team's trouble where a tenant is wrong or was deleted: %i in place of a document",
    async (status) => {
      const body = { error: 'invalid_tenant', error_description: 'AADSTS90002: Tenant not found.' };
      expect(await renewed({ discovery: { status, body } })).toEqual({
        kind: 'refused',
        trouble: 'client_refused',
        code: 'not_at_this_address',
        isExact: false,
      });
    },
  );

  it.each([403, 404])("is the team's trouble where tokens are refused without a word: %i", async (status) => {
    const headers = { 'content-type': 'text/html' };
    expect(await renewed({ token: { status, headers, body: '<h1>No</h1>' } })).toEqual({
      ...{ kind: 'refused', trouble: 'client_refused', code: `http_${status}`, isExact: false },
    });
  });

  it.each([302, 408, 429, 500, 503])('is waited for, as it may be another one in a moment: %i', async (status) => {
    const body = { error: 'invalid_request' };
    expect(await renewed({ discovery: { status, body } })).toMatchObject({ kind: 'away' });
    expect(await renewed({ token: { status, body } })).toMatchObject({ kind: 'away' });
  });
});
