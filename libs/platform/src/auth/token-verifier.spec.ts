import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { ProblemException } from '../http/problem.js';
import { TokenVerifier } from './token-verifier.js';

const secret = 'a secret of at least thirty-two characters';
const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);
const user = { sub: 'u1', aud: 'billing-mail', teams: { acme: 'admin' } };
const service = { sub: 'invoicing', aud: 'billing-mail', role: 'service' };

const signed = (claims: JWTPayload) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret))
    .then((token) => `Bearer ${token}`);

/** `userId` of the caller, or status and kind of the problem. */
const read = (verifier: TokenVerifier, authorization: string): Promise<string> =>
  verifier.callerOf(authorization).then(
    ({ userId }) => userId,
    (error: unknown) => {
      if (error instanceof ProblemException) return `${error.getStatus()} ${error.slug}`;
      throw error;
    },
  );

describe('the life of a token', () => {
  const verifier = new TokenVerifier({ AUTH_JWT_SECRET: secret });
  const day = 24 * HOUR;

  it.each<[string, object, (at: number) => object, string]>([
    ['of a user ends', user, () => ({}), '401 token-without-end'],
    ['of a service ends', service, () => ({}), '401 token-without-end'],
    ['of a user is a day', user, (at) => ({ iat: at, exp: at + day }), 'u1'],
    ['of a user is no more than a day', user, (at) => ({ iat: at, exp: at + day + HOUR }), '401 token-lives-too-long'],
    ['counts from its beginning', user, (at) => ({ iat: at - day, exp: at + HOUR }), '401 token-lives-too-long'],
    ['counts from now where it does not say when it began', user, (at) => ({ exp: at + day + HOUR }), '401 token-lives-too-long'],
    ['may be a day from now then', user, (at) => ({ exp: at + day }), 'u1'],
    ['of a service may be longer', service, (at) => ({ iat: at, exp: at + 365 * day }), 'invoicing'],
    ['has not begun', user, (at) => ({ iat: at + HOUR, exp: at + 2 * HOUR }), '401 token-not-yet'],
    ['of a service has not begun', service, (at) => ({ iat: at + HOUR, exp: at + 2 * HOUR }), '401 token-not-yet'],
    ['is measured by clocks that differ a little', user, (at) => ({ iat: at + 15, exp: at + HOUR }), 'u1'],
    ['is over', user, (at) => ({ iat: at - 2 * HOUR, exp: at - HOUR }), '401 token-expired'],
  ])('%s', async (_name, claims, times, expected) => {
    expect(await read(verifier, await signed({ ...claims, ...times(now()) }))).toBe(expected);
  });

  it('is what the operator allows users', async () => {
    const strict = new TokenVerifier({ AUTH_JWT_SECRET: secret, AUTH_USER_TOKEN_LIFE: HOUR * 1000 });
    expect(await read(strict, await signed({ ...user, iat: now(), exp: now() + HOUR }))).toBe('u1');
    expect(await read(strict, await signed({ ...user, iat: now(), exp: now() + 2 * HOUR }))).toBe('401 token-lives-too-long');
  });

  it('does not come in words', async () => {
    const words = { ...user, iat: 'yesterday', exp: now() + HOUR } as unknown as JWTPayload;
    expect(await read(verifier, await signed(words))).toMatch(/^401 /);
  });
});

describe('who a token is of', () => {
  it.each(['nul\0', 'line\nbreak', '\ud800', '', ' ', 'x'.repeat(201)])('is nobody by %j', async (sub) => {
    const verifier = new TokenVerifier({ AUTH_JWT_SECRET: secret });
    expect(await read(verifier, await signed({ ...user, sub, exp: now() + HOUR }))).toBe('401 token-claims');
  });
});

describe("the identity provider's keys", () => {
  let answer: { status: number; body: string };
  let server: Server;
  let url: string;
  let token: (keyId?: string) => Promise<string>;

  beforeAll(async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] });
    token = (kid = 'k1') =>
      new SignJWT({ ...user, exp: now() + HOUR })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(privateKey)
        .then((jwt) => `Bearer ${jwt}`);
    answer = { status: 200, body: keys };
    server = createServer((_request, response) => void response.writeHead(answer.status).end(answer.body)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    ['an error', { status: 500, body: '' }],
    ['a page of the proxy before it', { status: 200, body: '<html>Maintenance</html>' }],
    ['another address', { status: 302, body: '' }],
    ['no keys', { status: 200, body: '{}' }],
    ['a key that is none', { status: 200, body: '{"keys":[{"kty":"EC","kid":"k1","alg":"ES256","crv":"P-256","x":"AA","y":"AA"}]}' }],
  ])('are away while it answers with %s: that is nobody being signed out', async (_name, wrong) => {
    const good = answer;
    const verifier = new TokenVerifier({ AUTH_JWKS_URL: url });
    answer = wrong;
    expect(await read(verifier, await token())).toBe('503 identity-provider-away');
    answer = good;
    expect(await read(new TokenVerifier({ AUTH_JWKS_URL: url }), await token())).toBe('u1');
  });

  it('are away while nobody listens there', async () => {
    const verifier = new TokenVerifier({ AUTH_JWKS_URL: 'http://127.0.0.1:9/keys' });
    expect(await read(verifier, await token())).toBe('503 identity-provider-away');
  });

  it('do not make a foreign token good, nor blame the provider for it', async () => {
    const verifier = new TokenVerifier({ AUTH_JWKS_URL: url });
    expect(await read(verifier, await token('k2'))).toBe('401 token-invalid');
    expect(await read(verifier, await signed({ ...user, exp: now() + HOUR }))).toBe('401 token-invalid');
    expect(await read(verifier, 'Bearer a.b.c')).toBe('401 token-invalid');
  });
});
