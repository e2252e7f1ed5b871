// Names whom a server with limits counts for, so that teams which send by the same account are counted together.
import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type TeamMailSettings } from '@billing-mail/contracts';
import { CredentialBox, smtpPasswordContext } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';

@Injectable()
export class SendingAccounts {
  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: Pick<DispatcherEnv, 'SECRET_KEYS'>,
    private readonly credentials: CredentialBox,
  ) {}

  /**
   * The same for all teams that sign in to the same server with the same user name and password, and for nobody else: at many providers each
   * customer has the same user name, and whoever merely names the account of another team is not to slow it down. Where no password is known by
   * which a team shows that the account is its own, it is counted by itself. Tells nothing about any of them. @throws SealError
   */
  accountOf(teamId: string, server: NonNullable<TeamMailSettings['smtp']>): string {
    const { host, port, auth } = server;
    const own = auth.type === 'oauth2' ? [teamId, auth.connection?.mailbox ?? null] : [teamId];
    const signsInBy =
      auth.type === 'password'
        ? [auth.username, this.credentials.open(auth.passwordSealed, smtpPasswordContext(teamId, { ...server, auth }))]
        : own;
    return createHmac('sha256', this.key())
      .update(JSON.stringify(['account', host.toLowerCase(), port, auth.type, ...signsInBy]))
      .digest('base64url');
  }

  /** The oldest one, which stays while newer ones are put in front of it. */
  private key(): Buffer {
    const oldest = this.env.SECRET_KEYS.at(-1);
    if (oldest === undefined) throw new Error('There is no key: SECRET_KEYS is empty.');
    return oldest.key;
  }
}
