// Names the account for which a server with limits counts messages, so that teams that send by the same account are counted together.
import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type TeamMailSettings } from '@billing-mail/contracts';
import { CredentialBox, type Logger, orNullIfSealed, type SealContext, smtpPasswordContext } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { AccountNamingKeyStore } from '../records/account-naming-key.store.js';

export type AccountNames = { own: string; shared: string };

const KEY_CONTEXT: SealContext = { teamId: '', field: 'account_naming_key', boundTo: [] };
const KEY_BYTES = 32;

@Injectable()
export class SendingAccounts implements OnModuleInit {
  private key: Buffer | null = null;

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: Pick<DispatcherEnv, 'SECRET_KEYS'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly credentials: CredentialBox,
    private readonly store: AccountNamingKeyStore,
  ) {}

  /**
   * Reads the key with which all dispatchers name accounts, and seals it with each of our keys. So it stays the same in every step of a
   * rotation, in which dispatchers know different keys. The first dispatcher that starts takes the last of `SECRET_KEYS` for it, with which
   * accounts were named before, so that no count begins again.
   */
  async onModuleInit(): Promise<void> {
    const boxes = this.env.SECRET_KEYS.map((key) => new CredentialBox([key]));
    const seals = await this.store.seals();
    const known = seals && openedBy(boxes, seals);
    if (seals !== null && known === null)
      this.logger.warn(
        { step: 'account-names' },
        'none of SECRET_KEYS opens the key that names accounts: all counts start again from zero',
      );
    const key = known ?? (seals === null ? this.env.SECRET_KEYS.at(-1)?.key : undefined) ?? randomBytes(KEY_BYTES);
    const wanted = boxes.map((box) => seals?.find((seal) => openedBy([box], [seal])) ?? box.seal(key.toString('base64'), KEY_CONTEXT));
    if (JSON.stringify(seals) !== JSON.stringify(wanted)) await this.store.replace(seals, wanted);
    // Another dispatcher may have been faster, so the stored key counts.
    this.key = openedBy(boxes, (await this.store.seals()) ?? []);
    if (this.key === null) throw new Error('Another dispatcher is starting with different SECRET_KEYS: the two have no key in common.');
  }

  /**
   * Returns the names of the account that a team sends by. `shared` is the same for all teams that sign in to the same server as the same
   * user; `own` is for this team alone. With a password both are the same, and the password is part of the name: at many providers each
   * customer has the same user name, and a team that enters another team's user name must not slow that team down. A connected mailbox
   * counts as shared once the server has let the team sign in. A team that does not sign in is counted by itself. The names reveal none of
   * these data. @throws SealError
   */
  namesOf(teamId: string, server: NonNullable<TeamMailSettings['smtp']>): AccountNames {
    const { host, port, auth } = server;
    const { key } = this;
    if (key === null) throw new Error('Accounts have no names before the dispatcher has started.');
    const named = (...parts: (string | null)[]): string =>
      createHmac('sha256', key)
        .update(JSON.stringify(['account', host.toLowerCase(), port, auth.type, ...parts]))
        .digest('base64url');
    const one = (name: string): AccountNames => ({ own: name, shared: name });
    if (auth.type === 'password')
      return one(named(auth.username, this.credentials.open(auth.passwordSealed, smtpPasswordContext(teamId, { ...server, auth }))));
    if (auth.type === 'none' || auth.connection === null) return one(named(teamId));
    const signsIn = (auth.connection.username ?? auth.connection.mailbox).toLowerCase();
    return { own: named(teamId, signsIn), shared: named(null, signsIn) };
  }
}

/** Returns the key if one of the boxes opens one of its seals, `null` otherwise. */
function openedBy(boxes: readonly CredentialBox[], seals: readonly string[]): Buffer | null {
  for (const box of boxes)
    for (const seal of seals) {
      const key = orNullIfSealed(() => box.open(seal, KEY_CONTEXT));
      if (key !== null) return Buffer.from(key, 'base64');
    }
  return null;
}
