// Connects a mailbox by the sign-in of a person: begins it, and takes its result from the browser.
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type ConnectionRefusal, emailAddress, type MailConnectionRequest, type MailConnectionStart } from '@billing-mail/contracts';
import { type Caller, CredentialBox, type Logger, mailSignInContext, orNullIfSealed, SIGN_IN_STATE } from '@billing-mail/platform';
import { calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { LOGGER, REDIRECT_URL } from '../settings.tokens.js';
import { ConnectedMailbox } from './connected-mailbox.js';
import { MailConnectionsStore, sha256, type SignIn } from './mail-connections.store.js';
import { CLOCK_OFF, type ProviderApp, ProviderClient } from './provider-client.js';
import { MAIL_PROVIDER_TABLE } from './providers/providers.js';
import { answered, RequestedApp } from './requested-app.js';

type SignInSecrets = { verifier: string; nonce: string; clientSecret: string | null };
export type Ended = { ok: true; mailbox: string } | { ok: false; reason: ConnectionRefusal };

const refused = (reason: ConnectionRefusal): Ended => ({ ok: false, reason });

@Injectable()
export class PersonSignIn {
  constructor(
    private readonly requested: RequestedApp,
    private readonly connections: MailConnectionsStore,
    private readonly providers: ProviderClient,
    private readonly mailbox: ConnectedMailbox,
    private readonly box: CredentialBox,
    @Inject(REDIRECT_URL) private readonly redirectUrl: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Returns the address at which a person signs in. The result is only accepted from the browser that holds `browserKey`, so that nobody
   * can be tricked into connecting their mailbox to a stranger's team.
   * @throws ProblemException 422 if we or the provider refuse the request, 503 if it does not answer or its clock and ours differ too much
   */
  async begin(teamId: string, request: MailConnectionRequest, caller: Caller): Promise<{ start: MailConnectionStart; browserKey: string }> {
    const app = this.requested.appOf(request);
    const provider = MAIL_PROVIDER_TABLE[request.provider];
    const asked = [...new Set([...provider.scopes, ...(request.scope?.split(' ') ?? [])])].join(' ');
    const wanted = {
      ...{ provider: app.provider, issuer: app.issuer, clientId: app.clientId, scope: asked, mailbox: request.mailbox ?? null },
      hosts: await this.requested.hostsOf(teamId, request),
    };
    const [state, nonce, verifier, browserKey] = [
      this.box.seal(randomState(), SIGN_IN_STATE),
      randomNonce(),
      randomPKCECodeVerifier(),
      randomBytes(32).toString('base64url'),
    ];
    const { url } = answered(request, await this.authorizationUrlOf(app, wanted.scope, { state, nonce, verifier, hint: request.mailbox }));
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
    await this.mailbox.put(grant, secrets.clientSecret, tokens, email);
    return { ok: true, mailbox };
  }

  private isOurs(state: string): boolean {
    return orNullIfSealed(() => this.box.open(state, SIGN_IN_STATE)) !== null;
  }

  private opened(sealed: string, teamId: string, stateHash: Buffer): SignInSecrets | null {
    const context = mailSignInContext(teamId, stateHash.toString('hex'));
    return orNullIfSealed(() => JSON.parse(this.box.open(sealed, context)) as SignInSecrets);
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
