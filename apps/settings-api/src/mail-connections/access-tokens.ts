// Access tokens of connected mailboxes. They are stored sealed, renewed by one process at a time, and given out only for the mail servers
// of their connection.
import { Inject, Injectable } from '@nestjs/common';
import { type ConnectionTrouble } from '@billing-mail/contracts';
import { type ConnectionSecret, CredentialBox, type Logger, mailConnectionContext, SealError, untilAnswers } from '@billing-mail/platform';
import { SettingsChangedPublisher } from '../responder/settings-changed.publisher.js';
import { LOGGER } from '../settings.tokens.js';
import { type ConnectionWriter, MailConnectionsStore, type MailConnection, type NewTokens } from './mail-connections.store.js';
import { CLOCK_OFF, type ProviderAnswer, ProviderClient, type Tokens } from './provider-client.js';
import { sealTokens } from './seal-tokens.js';

export type AccessToken = { token: string; leftMs: number } | { unavailable: Unavailable } | { broken: ConnectionTrouble };
type Unavailable = 'provider_away' | 'clock_off';

/** `rejected`: SHA-256 (hex) of a token that the server has refused. */
export type TokenWanted = { teamId: string; host: string; connectionId?: string | undefined; rejected?: string | undefined };

/** How long before it expires a token is renewed, so that it does not expire during a try. */
const RENEWED_BEFORE_END_MS = 5 * 60_000;
/** While the provider is unavailable, a token is used until this long before it expires. */
const LEAST_LEFT_MS = 30_000;
/** Longer than a provider may take to answer. */
const LOCK_WAIT_MS = 12_000;
/** Each renewal holds a database connection until the provider answers. The limit leaves connections for reading and saving settings. */
const RENEWALS_AT_ONCE = 4;
/** How often the provider is asked again after a trouble that an operator can repair, such as an expired secret of the platform's app. */
const ASKED_AGAIN_MS = 5 * 60_000;
const MENDED_BY_OPERATORS: readonly ConnectionTrouble[] = ['client_secret_expired', 'client_refused', 'key_lost'];
/** A lost database connection is restored within moments, or else not for a long time. */
const STORING_TRIES = 5;

@Injectable()
export class AccessTokens {
  /** Renewals that are running, by team and rejected token. Callers that ask for the same one wait for its result. */
  private readonly renewals = new Map<string, Promise<AccessToken>>();
  private readonly waiting: (() => void)[] = [];
  private renewing = 0;

  constructor(
    private readonly connections: MailConnectionsStore,
    private readonly providers: ProviderClient,
    private readonly box: CredentialBox,
    private readonly publisher: SettingsChangedPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Returns a token that is valid for some minutes. Throws if the database is unavailable; callers treat that like `unavailable`. */
  async tokenFor(wanted: TokenWanted): Promise<AccessToken> {
    const connection = await this.connections.find(wanted.teamId);
    const known = this.known(connection, wanted);
    if (known !== null) return known;
    const key = `${wanted.teamId} ${wanted.rejected ?? ''}`;
    const underWay = this.renewals.get(key);
    if (underWay !== undefined) return underWay;
    const renewal = this.inTurn(() => this.renew(wanted)).finally(() => this.renewals.delete(key));
    this.renewals.set(key, renewal);
    return renewal;
  }

  /** Returns the answer if it is known without asking the provider, and otherwise `null`. */
  private known(connection: MailConnection | null, { host, connectionId, rejected }: TokenWanted): AccessToken | null {
    if (connection === null || (connectionId !== undefined && connection.id !== connectionId)) return { broken: 'not_connected' };
    if (!connection.hosts.includes(host.toLowerCase())) return { broken: 'other_server' };
    const { trouble, troubleAgeMs, accessTokenLeftMs, accessTokenSha256 } = connection;
    if (trouble !== null && (!MENDED_BY_OPERATORS.includes(trouble) || (troubleAgeMs ?? 0) < ASKED_AGAIN_MS)) return { broken: trouble };
    const isFresh = (accessTokenLeftMs ?? 0) > RENEWED_BEFORE_END_MS && accessTokenSha256 !== rejected;
    return isFresh && trouble === null ? this.opened(connection) : null;
  }

  private async renew(wanted: TokenWanted): Promise<AccessToken> {
    let answered: { connection: MailConnection; tokens: NewTokens } | null = null;
    let hasChanged = false;
    const work = async (connection: MailConnection | null, write: ConnectionWriter): Promise<AccessToken> => {
      // Another process may have renewed the token while this one waited for the lock.
      const known = this.known(connection, wanted);
      if (known !== null || connection === null) return known ?? { broken: 'not_connected' };
      const answer = await this.ask(connection);
      if (answer.kind === 'away') return this.whileAway(connection, wanted, answer.why);
      if (answer.kind === 'refused') {
        hasChanged = connection.trouble !== answer.trouble;
        const { teamId } = wanted;
        this.logger.warn(
          { teamId, step: 'token-renewed', verdict: answer.trouble, code: answer.code },
          'a mailbox has to be connected again',
        );
        await write.trouble(connection.id, answer.trouble);
        return { broken: answer.trouble };
      }
      hasChanged = connection.trouble !== null;
      answered = { connection, tokens: sealTokens(this.box, connection, answer.tokens) };
      await write.tokens(connection, answered.tokens);
      this.logger.info({ teamId: wanted.teamId, step: 'token-renewed', verdict: 'ok' }, 'token renewed');
      return { token: answer.tokens.accessToken, leftMs: answer.tokens.expiresInMs };
    };
    try {
      const token = await this.connections.locked(wanted.teamId, LOCK_WAIT_MS, work);
      if (hasChanged) await this.announce(wanted.teamId);
      return token;
    } catch (error) {
      // The provider may have revoked the old refresh token by now, so the new one must not be lost together with a database connection.
      if (answered !== null) await this.storeAnyhow(answered);
      throw error;
    }
  }

  private async ask(connection: MailConnection): Promise<ProviderAnswer<{ tokens: Tokens }>> {
    try {
      const clientSecret = this.open(connection, 'client_secret', connection.clientSecretSealed);
      if (connection.grant === 'app') return await this.providers.appToken({ ...connection, clientSecret }, connection.mailbox);
      const refreshToken = this.open(connection, 'refresh_token', connection.refreshTokenSealed);
      if (refreshToken === null) return { kind: 'refused', trouble: 'not_connected', code: 'none', isExact: true };
      return await this.providers.refresh({ ...connection, clientSecret }, refreshToken, connection.scope);
    } catch (error) {
      if (error instanceof SealError) return { kind: 'refused', trouble: 'key_lost', code: 'seal', isExact: true };
      throw error;
    }
  }

  private whileAway(connection: MailConnection, { teamId, rejected }: TokenWanted, why: string): AccessToken {
    const isClock = why === CLOCK_OFF;
    const words = isClock
      ? 'the clocks of a provider and of this machine differ too much: set the one of this machine'
      : 'a provider does not answer';
    this.logger.warn({ teamId, step: 'token-renewed', verdict: 'away', why }, words);
    const isOfUse =
      (connection.accessTokenLeftMs ?? 0) > LEAST_LEFT_MS && connection.accessTokenSha256 !== rejected && connection.trouble === null;
    return isOfUse ? this.opened(connection) : { unavailable: isClock ? 'clock_off' : 'provider_away' };
  }

  private opened(connection: MailConnection): AccessToken {
    try {
      const token = this.open(connection, 'access_token', connection.accessTokenSealed);
      return token === null ? { unavailable: 'provider_away' } : { token, leftMs: connection.accessTokenLeftMs ?? 0 };
    } catch (error) {
      if (error instanceof SealError) return { broken: 'key_lost' };
      throw error;
    }
  }

  private open(connection: MailConnection, secret: ConnectionSecret, sealed: string | null): string | null {
    return sealed === null ? null : this.box.open(sealed, mailConnectionContext(connection.teamId, secret, connection));
  }

  private async storeAnyhow({ connection, tokens }: { connection: MailConnection; tokens: NewTokens }): Promise<void> {
    let failed = 0;
    const tell = (error: unknown): void => {
      this.logger.error({ teamId: connection.teamId, step: 'token-stored', err: error }, 'a renewed token could not be stored');
      failed += 1;
      if (failed === STORING_TRIES) throw error;
    };
    await untilAnswers(() => this.connections.writer().tokens(connection, tokens), tell).catch(() => undefined); // `tell` has logged it
  }

  private async announce(teamId: string): Promise<void> {
    const version = await this.connections.settingsVersion(teamId);
    if (version !== null) await this.publisher.announce({ teamId, version });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.renewing >= RENEWALS_AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.renewing += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.renewing -= 1;
      else next();
    }
  }
}
