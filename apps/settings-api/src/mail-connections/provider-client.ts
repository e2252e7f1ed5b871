// Talks to the providers of mailboxes by OAuth 2 and OpenID Connect: sign-in, exchange of codes, renewal and revocation of tokens.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type ConnectionTrouble, type MailProviderName } from '@billing-mail/contracts';
import { ForbiddenAddressError, type HostPolicy, UnreachedHostError } from '@billing-mail/smtp-client';
import * as openid from 'openid-client';
import { PLATFORM_APPS, PROVIDER_POLICY } from '../settings.tokens.js';
import { assertionOf } from './service-account.js';
import { guardedFetch } from './guarded-fetch.js';
import { type PlatformApps } from './platform-apps.js';
import { MAIL_PROVIDER_TABLE } from './providers/providers.js';
import { type MailProvider } from './providers/provider.js';

/** An app at a provider. If `clientId` is `null`, it is the platform's app, with the secret that the operator has set. */
export type ProviderApp = { provider: MailProviderName; issuer: string; clientId: string | null; clientSecret: string | null };

export type Tokens = { accessToken: string; expiresInMs: number; refreshToken: string | null; scope: string | null };

/**
 * `away`: nothing is known, so ask again later. `refused`: the trouble, and the provider's code for it. `isExact` says whether the provider
 * states exactly what is wrong.
 */
export type ProviderAnswer<T> =
  ({ kind: 'ok' } & T) | { kind: 'away'; why: string } | { kind: 'refused'; trouble: ConnectionTrouble; code: string; isExact: boolean };

/** The code for a provider without a discovery document at its address: the tenant is wrong, or was deleted. */
export const NOT_AT_THIS_ADDRESS = 'not_at_this_address';
/** The code for a provider that is not at https:// on port 443, or that names other addresses. */
export const FORBIDDEN_ADDRESS = 'forbidden_address';
/** Value of `why` if the provider's host name leads to no public server. */
export const UNREACHED_HOST = 'unreached_host';
/** Value of `why` if an answer can't be used because our clock and the provider's differ too much. The operator has to set our clock. */
export const CLOCK_OFF = 'clock';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** How long a provider may take to answer, in seconds. A person or a delivery waits for the answer. */
const ANSWER_S = 10;
/** Discovery documents change only when a provider rotates its keys or moves, which it announces long before. */
const KNOWN_FOR_MS = 60 * 60 * 1000;
const KNOWN_AT_MOST = 200;
/** The clock of a provider may differ from ours. The mail server decides whether a token is still valid. */
const CLOCK_TOLERANCE_S = 15 * 60;
/** Short lifetime to assume if the provider states none, which RFC 6749, 5.1 allows if the lifetime is documented elsewhere. */
const DEFAULT_LIFE_S = 5 * 60;

/** Code of openid-client for an ID token that, by our clock, has expired or is not valid yet. */
const TIME_CHECK_FAILED = 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED';

/** Error codes of RFC 6749, 5.2 and OpenID Connect, for cases in which the provider says nothing more exact. */
const TROUBLE_OF: Readonly<Record<string, ConnectionTrouble>> = {
  invalid_grant: 'sign_in_expired',
  interaction_required: 'sign_in_expired',
  login_required: 'sign_in_expired',
  consent_required: 'permission_missing',
  invalid_scope: 'permission_missing',
  access_denied: 'permission_missing',
  invalid_client: 'client_refused',
  unauthorized_client: 'client_refused',
};

@Injectable()
export class ProviderClient {
  private readonly known = new Map<string, { config: Promise<openid.Configuration>; since: number }>();

  constructor(
    @Inject(PROVIDER_POLICY) private readonly policy: HostPolicy,
    @Inject(PLATFORM_APPS) private readonly apps: PlatformApps,
  ) {}

  /** Returns the address at which a person signs in. */
  authorizationUrl(app: ProviderApp, parameters: Record<string, string>): Promise<ProviderAnswer<{ url: string }>> {
    return this.asked(app, async (config) => {
      const url = openid.buildAuthorizationUrl(config, parameters);
      // A browser is sent there, so only web pages are allowed.
      if (!/^https?:$/.test(url.protocol)) throw new ForbiddenAddressError('The provider names no page to sign in at.');
      return { url: url.href };
    });
  }

  /** Exchanges what the browser brought back for tokens, and finds the e-mail address of the person if the provider states it. */
  exchange(
    app: ProviderApp,
    returned: URL,
    checks: { state: string; verifier: string; nonce: string },
  ): Promise<ProviderAnswer<{ tokens: Tokens; email: string | null }>> {
    return this.asked(app, async (config) => {
      const answer = await openid.authorizationCodeGrant(config, returned, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.verifier,
        idTokenExpected: true,
      });
      const claims = answer.claims();
      const named = emailOf(claims ?? {});
      const hasUserInfo = MAIL_PROVIDER_TABLE[app.provider].hasUserInfo && config.serverMetadata().userinfo_endpoint !== undefined;
      const email =
        named ??
        (hasUserInfo && claims !== undefined ? emailOf(await openid.fetchUserInfo(config, answer.access_token, claims.sub)) : null);
      return { tokens: tokensOf(answer), email };
    });
  }

  /** Renews an access token. Sends the scope again, because some providers otherwise return a token with fewer permissions. */
  refresh(app: ProviderApp, refreshToken: string, scope: string): Promise<ProviderAnswer<{ tokens: Tokens }>> {
    return this.asked(app, async (config) => ({ tokens: tokensOf(await openid.refreshTokenGrant(config, refreshToken, { scope })) }));
  }

  /**
   * Requests a token for the app itself, without a person. If the provider uses service accounts, the app's secret is the account's key.
   */
  appToken(app: ProviderApp, mailbox: string): Promise<ProviderAnswer<{ tokens: Tokens }>> {
    const way = MAIL_PROVIDER_TABLE[app.provider].app;
    return this.asked(
      app,
      async (config) => {
        if (way?.by !== 'service_account')
          return { tokens: tokensOf(await openid.clientCredentialsGrant(config, { scope: way?.scope ?? '' })) };
        const audience = config.serverMetadata().token_endpoint ?? '';
        const assertion = await assertionOf(app, { audience, scope: way.scope, mailbox });
        return { tokens: tokensOf(await openid.genericGrantRequest(config, JWT_BEARER, { assertion })) };
      },
      way?.by === 'service_account',
    );
  }

  /** Revokes the permission. `isRevoked` is `false` if the provider does not offer that. */
  revoke(app: ProviderApp, refreshToken: string): Promise<ProviderAnswer<{ isRevoked: boolean }>> {
    return this.asked(app, async (config) => {
      if (config.serverMetadata().revocation_endpoint === undefined) return { isRevoked: false };
      await openid.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
      return { isRevoked: true };
    });
  }

  private async asked<T extends object>(
    app: ProviderApp,
    ask: (config: openid.Configuration) => Promise<T>,
    bySignature = false,
  ): Promise<ProviderAnswer<T>> {
    let config: openid.Configuration | null = null;
    try {
      config = await this.configOf(app, bySignature);
      return { kind: 'ok', ...(await ask(config)) };
    } catch (error) {
      const found = causes(error);
      if (found.some((cause) => cause instanceof UnreachedHostError)) return { kind: 'away', why: UNREACHED_HOST };
      if (found.some((cause) => cause instanceof ForbiddenAddressError))
        return { kind: 'refused', trouble: 'client_refused', code: FORBIDDEN_ADDRESS, isExact: true };
      const trouble = troubleOf(error, MAIL_PROVIDER_TABLE[app.provider]);
      return config === null && trouble.kind === 'refused' ? { ...trouble, code: NOT_AT_THIS_ADDRESS } : trouble;
    }
  }

  /** @param bySignature whether the client authenticates by a signed assertion and so sends neither id nor secret */
  private configOf(app: ProviderApp, bySignature: boolean): Promise<openid.Configuration> {
    const { clientId, clientSecret } = app.clientId === null ? this.apps.appOf(app.provider) : app;
    const key = createHash('sha256')
      .update(JSON.stringify([app.issuer, clientId, clientSecret, bySignature]))
      .digest('base64');
    const known = this.known.get(key);
    if (known !== undefined && performance.now() - known.since < KNOWN_FOR_MS) return known.config;
    const isOperators = app.issuer === this.apps.issuerOf(app.provider) || app.provider !== 'oidc';
    const config = openid.discovery(
      new URL(app.issuer),
      clientId ?? '',
      { [openid.clockTolerance]: CLOCK_TOLERANCE_S },
      bySignature ? () => undefined : clientSecret === null ? openid.None() : openid.ClientSecretPost(clientSecret),
      {
        // `guardedFetch` decides where plain HTTP is allowed.
        execute: [openid.allowInsecureRequests],
        timeout: ANSWER_S,
        [openid.customFetch]: guardedFetch(isOperators ? null : this.policy),
      },
    );
    this.known.delete(key);
    this.known.set(key, { config, since: performance.now() });
    config.catch(() => this.known.delete(key));
    for (const oldest of [...this.known.keys()].slice(0, Math.max(0, this.known.size - KNOWN_AT_MOST))) this.known.delete(oldest);
    return config;
  }
}

function tokensOf(answer: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken, scope } = answer;
  return {
    accessToken,
    expiresInMs: (answer.expiresIn() ?? DEFAULT_LIFE_S) * 1000,
    refreshToken: refreshToken ?? null,
    scope: scope ?? null,
  };
}

function emailOf(claims: Record<string, unknown>): string | null {
  const found = [claims['email'], claims['preferred_username'], claims['upn']].find(
    (value) => typeof value === 'string' && value.includes('@'),
  );
  return typeof found === 'string' ? found : null;
}

function troubleOf(error: unknown, provider: MailProvider): Exclude<ProviderAnswer<object>, { kind: 'ok' }> {
  if (!(error instanceof openid.ResponseBodyError) && !(error instanceof openid.AuthorizationResponseError)) {
    const status = causes(error).find((cause) => cause instanceof Response)?.status;
    if (status !== undefined && isRefusal(status))
      return { kind: 'refused', trouble: 'client_refused', code: `http_${status}`, isExact: false };
    const why = whyAway(error);
    return { kind: 'away', why: why.includes(TIME_CHECK_FAILED) ? CLOCK_OFF : why };
  }
  const code = error.error;
  const isTheirs = error instanceof openid.ResponseBodyError && !isRefusal(error.status);
  if (isTheirs || code === 'temporarily_unavailable' || code === 'server_error') return { kind: 'away', why: code };
  const words = error.error_description ?? '';
  const said = provider.troubles.find(({ says }) => says.test(words))?.code;
  if (said === CLOCK_OFF) return { kind: 'away', why: CLOCK_OFF };
  const trouble = said ?? TROUBLE_OF[code] ?? 'client_refused';
  return { kind: 'refused', trouble, code: /^[\w.-]{1,60}$/.test(code) ? code : 'unknown', isExact: said !== undefined };
}

/** Whether the same request would be refused again: any 4xx status except 408 (too late) and 429 (too often). */
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Returns only the names and codes of an error and its causes, because the text of a provider may contain a token. */
function whyAway(error: unknown): string {
  const codes = causes(error).flatMap((cause) => {
    if (!(cause instanceof Error)) return [];
    return 'code' in cause && typeof cause.code === 'string' ? [cause.code] : [cause.name];
  });
  return [...new Set(codes)].join(' < ').slice(0, 200);
}

function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let cause = error; cause !== undefined && cause !== null && found.length < 5; cause = (cause as { cause?: unknown }).cause)
    found.push(cause);
  return found;
}
