// Whose trouble an answer of a provider is: the team's, which is told, or the provider's, which is waited for.
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
  let tokens: Answer;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { status, headers, body = '' } = request.url === '/token' ? tokens : { status: 200, body: document() };
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
  /** Asks for a new token of a provider that answers thus. */
  const renewed = (answer: Answer) => {
    tokens = answer;
    const apps = new PlatformApps(readEnvironment(settingsEnvironment, ENVIRONMENT));
    const app = { provider: 'oidc' as const, issuer, clientId: 'billing', clientSecret: 'secret' };
    return new ProviderClient({ allowedNetworks: ['127.0.0.0/8'] }, apps).refresh(app, 'refresh-token', 'smtp');
  };

  // RFC 6749 5.2 allows it beside the body, and asks for it where a client has named itself by a header.
  it.each([
    ['invalid_client', 'client_refused'],
    ['invalid_grant', 'sign_in_expired'],
  ])('is the team\'s trouble by "%s", whatever challenge stands in front of it', async (error, trouble) => {
    const headers = { 'www-authenticate': 'Basic realm="tokens", error="any"' };
    expect(await renewed({ status: 401, headers, body: { error } })).toEqual({ kind: 'refused', trouble, code: error });
  });
});
