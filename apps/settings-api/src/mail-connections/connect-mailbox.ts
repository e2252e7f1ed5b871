// Connects a mailbox to a team: begins a sign-in, takes its result from the browser, and ends the connection.
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  type ConnectionRefusal,
  emailAddress,
  type MailConnectionEnd,
  type MailConnectionRequest,
  type MailConnectionStart,
  type MailConnectionView,
} from '@billing-mail/contracts';
import {
  type Caller,
  type ConnectionSecret,
  CredentialBox,
  invalidInput,
  type Logger,
  mailConnectionContext,
  mailSignInContext,
  notFound,
  ProblemException,
  SealError,
  SIGN_IN_STATE,
} from '@billing-mail/platform';
import { calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { EmailDeliveryStore } from '../email-delivery/email-delivery.store.js';
import { SettingsChangedPublisher } from '../responder/settings-changed.publisher.js';
import { LOGGER, PLATFORM_APPS, REDIRECT_URL } from '../settings.tokens.js';
import { MailConnectionsStore, type MailConnection, type NewConnection, sha256, type SignIn, summaryOf } from './mail-connections.store.js';
import { type PlatformApps } from './platform-apps.js';
import {
  CLOCK_OFF,
  FORBIDDEN_ADDRESS,
  NOT_AT_THIS_ADDRESS,
  UNREACHED_HOST,
  type ProviderAnswer,
  type ProviderApp,
  ProviderClient,
  type Tokens,
} from './provider-client.js';
import { issuerOfTenant } from './providers/microsoft.js';
import { MAIL_PROVIDER_TABLE } from './providers/providers.js';
import { sealTokens } from './seal-tokens.js';
import { signingKeyOf } from './service-account.js';

type SignInSecrets = { verifier: string; nonce: string; clientSecret: string | null };
export type Ended = { ok: true; mailbox: string } | { ok: false; reason: ConnectionRefusal };

const refused = (reason: ConnectionRefusal): Ended => ({ ok: false, reason });

@Injectable()
export class ConnectMailbox {
  constructor(
    private readonly connections: MailConnectionsStore,
    private readonly settings: EmailDeliveryStore,
    private readonly providers: ProviderClient,
    private readonly box: CredentialBox,
    private readonly publisher: SettingsChangedPublisher,
    @Inject(PLATFORM_APPS) private readonly apps: PlatformApps,
    @Inject(REDIRECT_URL) private readonly redirectUrl: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws ProblemException 404 if no mailbox is connected */
  async view(teamId: string): Promise<MailConnectionView> {
    const connection = await this.connections.find(teamId);
    if (connection === null) throw notFound('A connection of the team');
    return viewOf(connection);
  }

  /**
   * Returns the address at which a person signs in. The result is only accepted from the browser that holds `browserKey`, so that nobody
   * can be tricked into connecting their mailbox to a stranger's team.
   * @throws ProblemException 422 if we or the provider refuse the request, 503 if it does not answer or its clock and ours differ too much
   */
  async begin(
    teamId: string,
    request: MailConnectionRequest,
    caller: Caller,
  ): Promise<{ start: MailConnectionStart; browserKey: string | null }> {
    if (request.grant === 'app') return { start: await this.connectApp(teamId, request, caller), browserKey: null };
    const app = this.appOf(request);
    const provider = MAIL_PROVIDER_TABLE[request.provider];
    const asked = [...new Set([...provider.scopes, ...(request.scope?.split(' ') ?? [])])].join(' ');
    const wanted = {
      ...{ provider: app.provider, issuer: app.issuer, clientId: app.clientId, scope: asked, mailbox: request.mailbox ?? null },
      hosts: await this.hostsOf(teamId, request),
    };
    const [state, nonce, verifier, browserKey] = [
      this.box.seal(randomState(), SIGN_IN_STATE),
      randomNonce(),
      randomPKCECodeVerifier(),
      randomBytes(32).toString('base64url'),
    ];
    const { url } = await this.answered(request, () =>
      this.authorizationUrlOf(app, wanted.scope, { state, nonce, verifier, hint: request.mailbox }),
    );
    const stateHash = sha256(state);
    const secrets: SignInSecrets = { verifier, nonce, clientSecret: app.clientSecret };
    const secretsSealed = this.box.seal(JSON.stringify(secrets), mailSignInContext(teamId, stateHash.toString('hex')));
    await this.connections.beginSignIn({
      stateHash,
      browserHash: sha256(browserKey),
      teamId,
      userId: caller.userId,
      wanted,
      secretsSealed,
    });
    this.logger.info({ teamId, step: 'sign-in-begun', provider: app.provider }, 'a person signs in to connect a mailbox');
    return { start: { authorizationUrl: url }, browserKey };
  }

  /** Completes a sign-in with the query that the browser brings back from the provider. Never throws for a query that somebody made up. */
  async end(query: string, browserKey: string | undefined): Promise<Ended> {
    const returned = new URL(`${this.redirectUrl}?${query}`);
    const state = returned.searchParams.get('state');
    if (state === null || !this.isOurs(state)) return refused('link_expired');
    const signIn = await this.connections.takeSignIn(sha256(state));
    if (signIn === null) return refused('link_expired');
    const ended = await this.endOf(signIn, state, returned, browserKey);
    const { teamId, wanted } = signIn;
    this.logger.info(
      { teamId, step: 'sign-in-ended', provider: wanted.provider, verdict: ended.ok ? 'ok' : ended.reason },
      'sign-in ended',
    );
    return ended;
  }

  /** Revokes the permission at the provider, if it offers that and answers, and deletes the connection in any case. */
  async disconnect(teamId: string, { userId }: Caller): Promise<MailConnectionEnd> {
    const removed = await this.connections.remove(teamId);
    if (removed === null) throw notFound('A connection of the team');
    await this.tellOf(teamId, userId, 'removed', { from: removed.mailbox, to: null });
    const isRevoked = await this.revoke(removed);
    this.logger.info({ teamId, step: 'disconnected', provider: removed.provider, isRevoked }, 'a mailbox is disconnected');
    return { permission: isRevoked ? 'taken_back' : 'kept' };
  }

  private async endOf(
    { stateHash, browserHash, teamId, userId, wanted, secretsSealed }: SignIn,
    state: string,
    returned: URL,
    browserKey: string | undefined,
  ): Promise<Ended> {
    if (browserKey === undefined || !sha256(browserKey).equals(browserHash)) return refused('other_browser');
    const error = returned.searchParams.get('error');
    if (error !== null) return refused(error === 'access_denied' || error === 'consent_required' ? 'access_denied' : 'provider_refused');
    const secrets = this.opened(secretsSealed, teamId, stateHash);
    if (secrets === null) return refused('link_expired');
    const app: ProviderApp = { ...wanted, clientSecret: secrets.clientSecret };
    const answer = await this.providers.exchange(app, returned, { state, ...secrets });
    if (answer.kind === 'away') {
      this.logger.warn({ teamId, step: 'sign-in-ended', provider: wanted.provider, why: answer.why }, 'the provider gave no tokens');
      return refused(answer.why === CLOCK_OFF ? 'clock_off' : 'provider_away');
    }
    if (answer.kind === 'refused') {
      this.logger.warn({ teamId, step: 'sign-in-ended', provider: wanted.provider, code: answer.code }, 'the provider refused the tokens');
      return refused(answer.trouble === 'permission_missing' ? 'permission_missing' : 'provider_refused');
    }
    const { tokens, email } = answer;
    const needed = [...MAIL_PROVIDER_TABLE[wanted.provider].needed];
    if (!isGranted(needed, tokens.scope ?? wanted.scope)) return refused('permission_missing');
    if (tokens.refreshToken === null) return refused('no_lasting_permission');
    const mailbox = wanted.mailbox ?? addressOrNull(email);
    if (mailbox === null) return refused('mailbox_unknown');
    const scope = scopeOfRenewals(wanted.scope, tokens.scope ?? wanted.scope);
    // A shared mailbox has no sign-in of its own: Microsoft's SMTP server refuses a person's token together with the mailbox's address.
    const username = email === null || email.toLowerCase() === mailbox.toLowerCase() ? null : email;
    const grant = { ...wanted, scope, teamId, mailbox, username, grant: 'delegated' as const, connectedBy: userId };
    await this.store(grant, secrets.clientSecret, tokens, email);
    return { ok: true, mailbox };
  }

  /** Requests a token at once, so that errors appear when the app is connected and not when the first document is sent. */
  private async connectApp(teamId: string, request: MailConnectionRequest, { userId }: Caller): Promise<MailConnectionStart> {
    const { provider, mailbox = '', serviceAccount } = request;
    if (serviceAccount !== undefined && signingKeyOf(serviceAccount.private_key) === null)
      throw invalidInput([{ pointer: '/serviceAccount/private_key', message: 'must be the RSA key of a service account (PEM)' }]);
    const app: ProviderApp =
      serviceAccount === undefined
        ? this.appOf(request)
        : { ...this.appOf({ ...request, clientId: serviceAccount.client_email }), clientSecret: serviceAccount.private_key };
    const { tokens } = await this.answered(request, () => this.providers.appToken(app, mailbox));
    const scope = MAIL_PROVIDER_TABLE[provider].app?.scope ?? '';
    const { clientId, issuer, clientSecret } = app;
    const hosts = await this.hostsOf(teamId, request);
    const identity = {
      teamId,
      provider,
      issuer,
      clientId,
      mailbox,
      username: null,
      grant: 'app' as const,
      hosts,
      scope,
      connectedBy: userId,
    };
    // An app has no refresh token; it requests tokens with its secret.
    await this.store(identity, clientSecret, { ...tokens, refreshToken: null }, null);
    return { connection: await this.view(teamId) };
  }

  /** @param signedIn the address of the person who signed in; `null` for an app, or if the provider does not name it */
  private async store(connection: NewConnection, clientSecret: string | null, tokens: Tokens, signedIn: string | null): Promise<void> {
    const { teamId, mailbox, connectedBy } = connection;
    const clientSecretSealed =
      clientSecret === null ? null : this.box.seal(clientSecret, mailConnectionContext(teamId, 'client_secret', connection));
    const before = await this.connections.put(connection, clientSecretSealed, sealTokens(this.box, connection, tokens));
    await this.tellOf(teamId, connectedBy, before === null ? 'set' : 'replaced', { from: before?.mailbox ?? null, to: mailbox });
    if (before !== null && isAnotherPermission(before, connection, signedIn)) await this.revoke(before);
  }

  /** Records a change of the connection in the history of the settings and announces it, if the settings use the connection. */
  private async tellOf(
    teamId: string,
    userId: string,
    secret: 'set' | 'replaced' | 'removed',
    { from, to }: { from: string | null; to: string | null },
  ): Promise<void> {
    const changes = [{ pointer: '/smtp/auth/connection', secret }, ...(from === to ? [] : [{ pointer: '/smtp/auth/mailbox', from, to }])];
    const version = await this.settings.noteConnection(teamId, userId, changes);
    if (version !== null) await this.publisher.announce({ teamId, version });
  }

  /** Revokes the permission at the provider. Returns whether the provider has done so. */
  private async revoke(connection: MailConnection): Promise<boolean> {
    const { teamId, refreshTokenSealed, clientSecretSealed } = connection;
    if (refreshTokenSealed === null) return false;
    try {
      const open = (secret: ConnectionSecret, sealed: string): string =>
        this.box.open(sealed, mailConnectionContext(teamId, secret, connection));
      const clientSecret = clientSecretSealed === null ? null : open('client_secret', clientSecretSealed);
      const answer = await this.providers.revoke({ ...connection, clientSecret }, open('refresh_token', refreshTokenSealed));
      if (answer.kind !== 'ok')
        this.logger.warn({ teamId, step: 'revoked', verdict: answer.kind }, 'the provider did not take the permission back');
      return answer.kind === 'ok' && answer.isRevoked;
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      this.logger.warn({ teamId, step: 'revoked', verdict: error.name }, 'the permission could not be taken back at the provider');
      return false;
    }
  }

  private isOurs(state: string): boolean {
    try {
      this.box.open(state, SIGN_IN_STATE);
      return true;
    } catch (error) {
      if (error instanceof SealError) return false;
      throw error;
    }
  }

  private opened(sealed: string, teamId: string, stateHash: Buffer): SignInSecrets | null {
    try {
      return JSON.parse(this.box.open(sealed, mailSignInContext(teamId, stateHash.toString('hex')))) as SignInSecrets;
    } catch (error) {
      if (error instanceof SealError) return null;
      throw error;
    }
  }

  private appOf({ provider, clientId, clientSecret, tenant, issuer }: MailConnectionRequest): ProviderApp {
    if (clientId === undefined && this.apps.appOf(provider).clientId === null)
      throw invalidInput([{ pointer: '/clientId', message: 'is needed: the platform has no app of its own at this provider' }]);
    const known = this.apps.issuerOf(provider) ?? issuer ?? '';
    return { provider, issuer: issuerOfTenant(known, tenant), clientId: clientId ?? null, clientSecret: clientSecret ?? null };
  }

  private async hostsOf(teamId: string, { provider, host }: MailConnectionRequest): Promise<string[]> {
    const known = MAIL_PROVIDER_TABLE[provider].servers.map((server) => server.host);
    if (known.length > 0) return known;
    const named = host ?? (await this.settings.find(teamId))?.smtp?.host;
    if (named === undefined) throw invalidInput([{ pointer: '/host', message: 'is needed: no mail server is stored for the team yet' }]);
    return [named.toLowerCase()];
  }

  private async authorizationUrlOf(
    app: ProviderApp,
    scope: string,
    { state, nonce, verifier, hint }: { state: string; nonce: string; verifier: string; hint: string | undefined },
  ) {
    return this.providers.authorizationUrl(app, {
      ...{ redirect_uri: this.redirectUrl, scope, state, nonce, response_type: 'code' },
      ...{ code_challenge: await calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      ...MAIL_PROVIDER_TABLE[app.provider].extraParameters,
      // Suggests the mailbox as the account only at Google, which has no shared mailboxes. Nobody has the password of a shared mailbox:
      // people sign in with their own account.
      ...(hint === undefined || app.provider !== 'google' ? {} : { login_hint: hint }),
    });
  }

  private async answered<T>(request: MailConnectionRequest, ask: () => Promise<ProviderAnswer<T>>): Promise<T> {
    const { tenant, issuer } = request;
    const answer = await ask();
    if (answer.kind === 'ok') return answer;
    const isIssuer = (message: string) => invalidInput([{ pointer: '/issuer', message }]);
    if (answer.kind === 'away') {
      if (answer.why === CLOCK_OFF) throw clockOff();
      if (answer.why === UNREACHED_HOST && issuer !== undefined)
        throw isIssuer('leads to no public server that can be reached from here: check the address');
    } else if (answer.code === NOT_AT_THIS_ADDRESS) {
      if (tenant !== undefined) throw invalidInput([{ pointer: '/tenant', message: 'is not known to the provider' }]);
      if (issuer !== undefined) throw isIssuer('has no discovery document: check the address');
    } else if (answer.code === FORBIDDEN_ADDRESS && issuer !== undefined) {
      throw isIssuer('must be reached by https:// on port 443, and so must the addresses that it names');
    } else {
      const message = `is refused by the provider: ${answer.code}`;
      throw invalidInput(refusedFields(request, answer).map((pointer) => ({ pointer, message })));
    }
    throw new ProblemException(503, 'provider-away', 'The provider does not answer. Check its address, or try again in a moment.');
  }
}

/** Returns pointers to the refused fields: to the wrong one if the provider names it, and otherwise to all that may be wrong. */
function refusedFields(
  { clientSecret, serviceAccount }: MailConnectionRequest,
  { trouble, code, isExact }: Extract<ProviderAnswer<object>, { kind: 'refused' }>,
): string[] {
  const isSecret = trouble === 'client_secret_expired';
  if (serviceAccount !== undefined) {
    if (isSecret) return ['/serviceAccount/private_key'];
    return code === 'invalid_grant' ? ['/mailbox'] : ['/serviceAccount'];
  }
  if (clientSecret === undefined) return ['/clientId'];
  if (isSecret) return ['/clientSecret'];
  return code === 'invalid_client' && !isExact ? ['/clientId', '/clientSecret'] : ['/clientId'];
}

export const clockOff = (): ProblemException =>
  new ProblemException(
    503,
    'clock-off',
    'The clocks of our platform and of the provider differ too much. Whoever runs the platform has to set its clock.',
  );

/**
 * Whether the earlier connection has a permission of its own. A person has one permission for each app at a provider, so revoking it for
 * the earlier mailbox could revoke it for the new one too.
 */
function isAnotherPermission(before: MailConnection, now: NewConnection, signedIn: string | null): boolean {
  if (before.provider !== now.provider || before.issuer !== now.issuer || before.clientId !== now.clientId) return true;
  return ![now.mailbox, signedIn].some((address) => address?.toLowerCase() === before.mailbox.toLowerCase());
}

/** Whether all needed scopes were granted. Compares without regard to case or a trailing slash, as Microsoft does. */
function isGranted(needed: readonly string[], granted: string): boolean {
  const plain = (scope: string): string => scope.toLowerCase().replace(/\/$/, '');
  const all = new Set(granted.split(' ').map(plain));
  return needed.every((scope) => all.has(plain(scope)));
}

/**
 * Returns the scope to request when a token is renewed. It must not exceed what was granted (RFC 6749, 6). A refresh token shows that
 * `offline_access` was granted, although Microsoft does not list it. Microsoft returns another refresh token only if `offline_access` is
 * requested again.
 */
function scopeOfRenewals(asked: string, granted: string): string {
  const isLasting = (scopes: string): boolean => scopes.split(' ').includes('offline_access');
  return isLasting(asked) && !isLasting(granted) ? `${granted} offline_access` : granted;
}

function addressOrNull(email: string | null): string | null {
  const parsed = emailAddress.safeParse(email);
  return parsed.success ? parsed.data : null;
}

function viewOf(connection: MailConnection): MailConnectionView {
  const { id: _id, username: _username, ...summary } = summaryOf(connection);
  const { grant, clientId, issuer, scope, connectedBy, provider } = connection;
  return { ...summary, grant, clientId, issuer, scope, connectedBy, server: MAIL_PROVIDER_TABLE[provider].servers[0] ?? null };
}
