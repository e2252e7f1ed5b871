// Connects a mailbox by an app that signs in by itself, without a person.
import { Injectable } from '@nestjs/common';
import { type MailConnectionRequest, type MailConnectionStart } from '@billing-mail/contracts';
import { type Caller, invalidInput } from '@billing-mail/platform';
import { ConnectedMailbox } from './connected-mailbox.js';
import { type ProviderApp, ProviderClient } from './provider-client.js';
import { MAIL_PROVIDER_TABLE } from './providers/providers.js';
import { answered, RequestedApp } from './requested-app.js';
import { signingKeyOf } from './service-account.js';

@Injectable()
export class AppSignIn {
  constructor(
    private readonly requested: RequestedApp,
    private readonly providers: ProviderClient,
    private readonly mailbox: ConnectedMailbox,
  ) {}

  /** Requests a token at once, so that errors appear when the app is connected and not when the first document is sent. */
  async connect(teamId: string, request: MailConnectionRequest, { userId }: Caller): Promise<MailConnectionStart> {
    const { provider, mailbox = '', serviceAccount } = request;
    if (serviceAccount !== undefined && signingKeyOf(serviceAccount.private_key) === null)
      throw invalidInput([{ pointer: '/serviceAccount/private_key', message: 'must be the RSA key of a service account (PEM)' }]);
    const app: ProviderApp =
      serviceAccount === undefined
        ? this.requested.appOf(request)
        : { ...this.requested.appOf({ ...request, clientId: serviceAccount.client_email }), clientSecret: serviceAccount.private_key };
    const { tokens } = answered(request, await this.providers.appToken(app, mailbox));
    const scope = MAIL_PROVIDER_TABLE[provider].app?.scope ?? '';
    const { clientId, issuer, clientSecret } = app;
    const hosts = await this.requested.hostsOf(teamId, request);
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
    await this.mailbox.put(identity, clientSecret, { ...tokens, refreshToken: null }, null);
    return { connection: await this.mailbox.view(teamId) };
  }
}
