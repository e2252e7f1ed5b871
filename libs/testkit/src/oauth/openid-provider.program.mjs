// A real OpenID provider on loopback, in a process of its own: it is an ES module that Jest cannot load. Talks to its parent by messages.
import { createServer } from 'node:http';
import { createPublicKey, randomUUID } from 'node:crypto';
import { URLSearchParams } from 'node:url';
import { jwtVerify } from 'jose';
import Provider from 'oidc-provider';

const options = JSON.parse(process.argv[2]);
/** How the provider behaves now; the parent changes it by messages (`set`). */
const behaviour = {
  status: 200,
  delayMs: 0,
  isHeld: false,
  error: null,
  accounts: options.accounts,
  granted: null,
  clockOffS: 0,
  revokes: options.revokes ?? 'yes',
};
const asked = [];

const http = createServer();
await new Promise((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${http.address().port}`;

const provider = new Provider(issuer, {
  clients: options.clients,
  scopes: ['openid', 'email', 'offline_access', ...options.scopes],
  claims: { email: ['email'] },
  pkce: { required: () => true },
  conformIdTokenClaims: options.emailInIdToken !== true,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: options.revokes !== 'no', allowedPolicy: () => true },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: id }) }),
  issueRefreshToken: (_ctx, client, code) =>
    client.grantTypeAllowed('refresh_token') && (code.scopes.has('offline_access') || options.alwaysLasting === true),
  rotateRefreshToken: options.rotates !== false,
  ttl: {
    AccessToken: options.tokenLifeS ?? 3600,
    ClientCredentials: options.tokenLifeS ?? 3600,
    RefreshToken: 86_400,
    Grant: 86_400,
    Session: 86_400,
    Interaction: 600,
    IdToken: 3600,
    AuthorizationCode: 60,
  },
  cookies: { keys: ['of a test'] },
  // Consent is asked for each time: only what was agreed to in the current sign-in counts.
  loadExistingGrant: async (ctx) => {
    const grantId = ctx.oidc.result?.consent?.grantId;
    return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
  },
});
provider.use(async (ctx, next) => {
  await next();
  const { grant_type: grantType, scope } = ctx.oidc?.params ?? {};
  if (grantType === undefined || !ctx.body?.access_token) return;
  const isRenewal = grantType === 'refresh_token';
  const isLasting = options.namesLasting !== false || scope?.split(' ').includes('offline_access');
  if (isRenewal && (options.rotates === false || !isLasting)) delete ctx.body.refresh_token;
  if (options.namesLasting === false) ctx.body.scope = ctx.body.scope?.replace(/ ?\boffline_access\b/, '');
});
provider.on('server_error', (_ctx, error) => process.send({ error: String(error.stack) }));

const realNow = Date.now.bind(Date);
Date.now = () => realNow() + behaviour.clockOffS * 1000;

/** Signs in as the account in `login_hint`, or else as the first one, and agrees to everything, or only to the scopes in `granted`. */
async function agree(request, response) {
  const interaction = await provider.interactionDetails(request, response);
  const { prompt, params, session } = interaction;
  if (behaviour.granted === 'nothing')
    return provider.interactionFinished(
      request,
      response,
      { error: 'access_denied', error_description: 'no' },
      { mergeWithLastSubmission: false },
    );
  if (prompt.name === 'login')
    return provider.interactionFinished(
      request,
      response,
      { login: { accountId: params.login_hint ?? behaviour.accounts[0] } },
      { mergeWithLastSubmission: false },
    );
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  const wanted = params.scope.split(' ');
  grant.addOIDCScope(wanted.filter((scope) => behaviour.granted === null || behaviour.granted.includes(scope)).join(' '));
  const refused = wanted.filter((scope) => behaviour.granted !== null && !behaviour.granted.includes(scope));
  if (refused.length > 0) grant.rejectOIDCScope(refused.join(' '));
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

/** Answers an assertion (RFC 7523) as Google does for service accounts. Returns `null` for any other request. */
async function byAssertion(request) {
  const form = new URLSearchParams(request.body);
  if (!(form.get('grant_type') ?? '').endsWith(':jwt-bearer')) return null;
  try {
    const { email, publicKey } = options.serviceAccount;
    const checks = { issuer: email, audience: `${issuer}/token`, currentDate: new Date(0) };
    const { payload } = await jwtVerify(form.get('assertion'), createPublicKey(publicKey), checks);
    const now = Date.now() / 1000;
    if (payload.iat > now || payload.exp < now) {
      const words = 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.';
      return [400, { error: 'invalid_grant', error_description: `${words} Check your iat and exp values in the JWT claim.` }];
    }
    const isFit = payload.exp - payload.iat <= 3600 && options.accounts.includes(payload.sub) && options.scopes.includes(payload.scope);
    if (!isFit || form.has('client_id')) return [400, { error: 'invalid_grant', error_description: 'Invalid email or User ID' }];
    return [200, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 3600 }];
  } catch {
    return [400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }];
  }
}

const answer = provider.callback();
http.on('request', async (request, response) => {
  if (request.url.startsWith('/interaction/')) return agree(request, response).catch((error) => response.writeHead(500).end(String(error)));
  // There is no account to choose here, so `select_account` is removed. `consent` takes its place: Microsoft gives a lasting permission
  // without it.
  request.url = request.url.replace(/([?&]prompt=)(?:consent(?:\+|%20))?select_account(?=&|$)/, '$1consent');
  const path = request.url.split('?')[0];
  if (path === '/token/revocation' && behaviour.revokes === 'refused') return response.writeHead(503).end();
  if (path !== '/token') return answer(request, response);
  asked.push(path);
  if (behaviour.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, behaviour.delayMs));
  if (behaviour.isHeld) await new Promise((resolve) => held.push(resolve));
  if (behaviour.status === 200) {
    if (options.serviceAccount === undefined) return answer(request, response);
    // The provider accepts a body that has already been read.
    request.body = '';
    for await (const chunk of request) request.body += chunk;
    const answered = await byAssertion(request);
    if (answered === null) return answer(request, response);
    response.writeHead(answered[0], { 'content-type': 'application/json' });
    return response.end(JSON.stringify(answered[1]));
  }
  response.writeHead(behaviour.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(behaviour.error ?? { error: 'server_error' }));
});

process.on('message', async ({ id, set, revokeAll, revokeAccess }) => {
  if (set !== undefined) Object.assign(behaviour, set);
  if (!behaviour.isHeld) for (const go of held.splice(0)) go();
  for (const token of [...revocable]) {
    if (revokeAll !== true && (revokeAccess !== true || token.kind !== 'AccessToken')) continue;
    await token.destroy();
    revocable.delete(token);
  }
  process.send({ id, asked: asked.length, given: [...given] });
});
const held = [];
const revocable = new Set();
const given = new Set();
for (const kind of ['access_token', 'refresh_token'])
  provider.on(`${kind}.saved`, (token) => {
    revocable.add(token);
    given.add(token.jti);
  });
process.on('disconnect', () => process.exit(0));
process.send({ issuer });
