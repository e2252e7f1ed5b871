// Asks whoever reads an address whether they want alerts there. Nothing in the letter is of the user's choosing but where it goes.
import { Inject, Injectable } from '@nestjs/common';
import { inboxPath, type Locale } from '@billing-mail/contracts';
import { type Caller, type Logger, type ProblemException, RateLimiter } from '@billing-mail/platform';
import { pageAddress } from '../channels/email/alert-links.js';
import { composeConfirmationEmail } from '../channels/email/compose-confirmation-email.js';
import { PlatformMailClient } from '../channels/email/platform-mail.client.js';
import { LOGGER, NOTIFICATION_ENV, type NotificationEnv } from '../notification.env.js';
import { ConfirmationStore } from './confirmation.store.js';

/** A person waits for the answer of the request. */
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

  /** The problem (429) when there were too many of them. `forTeam`: it is to be the address of this team. */
  async ask(caller: Caller, email: string, locale: Locale, forTeam: string | null = null): Promise<Asked> {
    // Whoever asks: these are letters to people who may not have asked.
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

  /** The page only fills the code in: links are opened by filters of mail as well, and nobody but the user may confirm. */
  private linkFor(team: string | undefined, search: string): string | null {
    const page = pageAddress(this.env);
    return page === null || team === undefined ? null : `${page}${inboxPath(team)}${search}`;
  }
}
