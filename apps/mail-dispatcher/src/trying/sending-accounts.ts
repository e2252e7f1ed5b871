// Names the account by which a server with limits counts, so that teams that send by the same account are counted together.
import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type TeamMailSettings } from '@billing-mail/contracts';
import { CredentialBox, smtpPasswordContext } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';

export type AccountNames = { own: string; shared: string };

@Injectable()
export class SendingAccounts {
  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: Pick<DispatcherEnv, 'SECRET_KEYS'>,
    private readonly credentials: CredentialBox,
  ) {}

  /**
   * `shared` is the same for all teams that sign in to the same server as the same user; `own` is for this team alone. With a password both
   * are the same, and the password is part of the name: at many providers each customer has the same user name, and naming the account of
   * another team must not slow that team down. A connected mailbox counts as shared once the server has let the team sign in. A team that
   * does not sign in is counted by itself. The names reveal nothing of all this. @throws SealError
   */
  namesOf(teamId: string, server: NonNullable<TeamMailSettings['smtp']>): AccountNames {
    const { host, port, auth } = server;
    const named = (...parts: (string | null)[]): string =>
      createHmac('sha256', this.key())
        .update(JSON.stringify(['account', host.toLowerCase(), port, auth.type, ...parts]))
        .digest('base64url');
    const one = (name: string): AccountNames => ({ own: name, shared: name });
    if (auth.type === 'password')
      return one(named(auth.username, this.credentials.open(auth.passwordSealed, smtpPasswordContext(teamId, { ...server, auth }))));
    if (auth.type === 'none' || auth.connection === null) return one(named(teamId));
    const mailbox = auth.connection.mailbox.toLowerCase();
    return { own: named(teamId, mailbox), shared: named(null, mailbox) };
  }

  /** The oldest key: new keys are put in front of it, so it stays the same while keys are rotated. */
  private key(): Buffer {
    const oldest = this.env.SECRET_KEYS.at(-1);
    if (oldest === undefined) throw new Error('There is no key: SECRET_KEYS is empty.');
    return oldest.key;
  }
}
