// Sends an e-mail that asks whether alerts may go to an address. Its text contains nothing that the user can choose.
import { Inject, Injectable } from '@nestjs/common';
import { inboxPath, type Locale } from '@billing-mail/contracts';
import { type Caller, type Logger, type ProblemException, RateLimiter } from '@billing-mail/platform';
import { pageAddress } from '../channels/email/alert-links.js';
import { composeConfirmationEmail } from '../channels/email/compose-confirmation-email.js';
import { PlatformMailClient } from '../channels/email/platform-mail.client.js';
import { NOTIFICATION_ENV, type NotificationEnv } from '../notification.env.js';
import { LOGGER } from '../notification.tokens.js';
import { ConfirmationStore } from './confirmation.store.js';

/** How long sending may take, because a user waits for the response. */
const SEND_WITHIN_MS = 20_000;

export type Asked = 'sent' | 'not_sent' | ProblemException;

@Injectable()
export class ConfirmAddress {
  constructor(
    private readonly confirmations: ConfirmationStore,
    private readonly limiter: RateLimiter,
    private readonly platform: PlatformMailClient,
    @Inject(NOTIFICATION_ENV) private readonly env: NotificationEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Sends the e-mail. Returns the problem (429) after too many requests. `forTeam`: the team whose address it will be. */
  async ask(caller: Caller, email: string, locale: Locale, forTeam: string | null = null): Promise<Asked> {
    // Requests of services count too, because these e-mails go to people who may not have asked for them.
    const refusal =
      (await this.limiter.refusal('confirmations-of-user', caller.userId)) ??
      (await this.limiter.refusal('confirmations-to-address', email.toLowerCase()));
    if (refusal !== null) return refusal;
    const code = await this.confirmations.ask(caller.userId, email, forTeam);
    const result = await this.platform.send({
      email: composeConfirmationEmail(
        code,
        this.linkFor(forTeam ?? caller.teamIds[0], forTeam === null ? `?confirm=${code}` : `?confirm=${code}&for=team`),
        locale,
      ),
      address: email,
      id: `confirm.${code}`,
      date: new Date(),
      releaseEndOfData: () => Promise.resolve(true),
      signal: AbortSignal.timeout(SEND_WITHIN_MS),
    });
    const isOut = result.outcome === 'sent' || result.outcome === 'doubtful';
    const why = 'error' in result ? result.error : undefined;
    this.logger[isOut ? 'info' : 'warn']({ step: 'confirmation', verdict: result.outcome, why }, 'confirmation of an address');
    return isOut ? 'sent' : 'not_sent';
  }

  /**
   * Returns the link to the page, which only fills in the code. Opening the link does not confirm the address, because mail filters open
   * links too, and only the user may confirm.
   */
  private linkFor(team: string | undefined, search: string): string | null {
    const page = pageAddress(this.env);
    return page === null || team === undefined ? null : `${page}${inboxPath(team)}${search}`;
  }
}
