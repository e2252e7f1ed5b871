// The mailbox that a team has connected: shows it, replaces it and ends it.
import { Inject, Injectable } from '@nestjs/common';
import { MAIL_PROVIDER_SERVERS, type MailConnectionEnd, type MailConnectionView } from '@billing-mail/contracts';
import {
  type Caller,
  type ConnectionSecret,
  CredentialBox,
  type Logger,
  mailConnectionContext,
  notFound,
  SealError,
} from '@billing-mail/platform';
import { EmailDeliveryStore } from '../email-delivery/email-delivery.store.js';
import { SettingsChangedPublisher } from '../responder/settings-changed.publisher.js';
import { LOGGER } from '../settings.tokens.js';
import { type MailConnection, MailConnectionsStore, type NewConnection, summaryOf } from './mail-connections.store.js';
import { ProviderClient, type Tokens } from './provider-client.js';
import { sealTokens } from './seal-tokens.js';

@Injectable()
export class ConnectedMailbox {
  constructor(
    private readonly connections: MailConnectionsStore,
    private readonly settings: EmailDeliveryStore,
    private readonly providers: ProviderClient,
    private readonly box: CredentialBox,
    private readonly publisher: SettingsChangedPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws ProblemException 404 if no mailbox is connected */
  async view(teamId: string): Promise<MailConnectionView> {
    const connection = await this.connections.find(teamId);
    if (connection === null) throw notFound('A connection of the team');
    return viewOf(connection);
  }

  /**
   * Stores a connection in place of the earlier one, whose permission is revoked if it is another.
   * @param signedIn the address of the person who signed in; `null` for an app, or if the provider does not name it
   */
  async put(connection: NewConnection, clientSecret: string | null, tokens: Tokens, signedIn: string | null): Promise<void> {
    const { teamId, mailbox, connectedBy } = connection;
    const clientSecretSealed =
      clientSecret === null ? null : this.box.seal(clientSecret, mailConnectionContext(teamId, 'client_secret', connection));
    const before = await this.connections.put(connection, clientSecretSealed, sealTokens(this.box, connection, tokens));
    await this.tellOf(teamId, connectedBy, before === null ? 'set' : 'replaced', { from: before?.mailbox ?? null, to: mailbox });
    if (before !== null && isAnotherPermission(before, connection, signedIn)) await this.revoke(before);
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
}

/**
 * Whether the earlier connection has a permission of its own. A person has one permission for each app at a provider, so revoking it for
 * the earlier mailbox could revoke it for the new one too.
 */
function isAnotherPermission(before: MailConnection, now: NewConnection, signedIn: string | null): boolean {
  if (before.provider !== now.provider || before.issuer !== now.issuer || before.clientId !== now.clientId) return true;
  return ![now.mailbox, signedIn].some((address) => address?.toLowerCase() === before.mailbox.toLowerCase());
}

function viewOf(connection: MailConnection): MailConnectionView {
  const { id: _id, username: _username, ...summary } = summaryOf(connection);
  const { grant, clientId, issuer, scope, connectedBy, provider } = connection;
  return { ...summary, grant, clientId, issuer, scope, connectedBy, server: MAIL_PROVIDER_SERVERS[provider][0] ?? null };
}
