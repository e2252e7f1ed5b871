// Works off the e-mails that are owed, as long as the process lives.
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type Logger, within } from '@billing-mail/platform';
import { LOGGER } from '../../notification.env.js';
import { emailsHandled } from '../../notification.metrics.js';
import { untilDatabaseAnswers } from '../../postgres/until-database-answers.js';
import { composeAlertEmail } from './compose-alert-email.js';
import { EmailOutboxStore, type OwedEmail } from './email-outbox.store.js';
import { PlatformMailClient } from './platform-mail.client.js';

const AT_ONCE = 4;
const LOOK_EVERY_MS = 1000;
const DRAIN_MS = 10_000;

@Injectable()
export class EmailSenderService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly leaving = new AbortController();
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly outbox: EmailOutboxStore,
    private readonly platform: PlatformMailClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.working = this.workUntilLeaving();
  }

  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    await within(DRAIN_MS, this.working);
  }

  private async workUntilLeaving(): Promise<void> {
    while (!this.leaving.signal.aborted) {
      const handled = await this.sendDue();
      if (handled === 0) await sleep(LOOK_EVERY_MS, undefined, { signal: this.leaving.signal }).catch(() => undefined);
    }
  }

  // What is claimed and not settled, because PostgreSQL or the process went away meanwhile, is due again when its lease ends.
  private async sendDue(): Promise<number> {
    try {
      const owed = await this.outbox.claim(AT_ONCE);
      await Promise.all(owed.map((email) => this.sendOne(email)));
      return owed.length;
    } catch (error) {
      this.logger.warn({ err: error, step: 'email' }, 'alert e-mails wait');
      return 0;
    }
  }

  private async sendOne(email: OwedEmail): Promise<void> {
    const { notificationId, teamId, address } = email;
    if (address === null) {
      await this.outbox.settleUnwanted(email);
      emailsHandled.inc({ result: 'unwanted' });
      return;
    }
    const result = await this.platform.send(address, composeAlertEmail(email), `${notificationId}.${email.count}`);
    if (result.ok) {
      // The mail is out: only the record of it is repeated.
      await untilDatabaseAnswers(
        () => this.outbox.settleSent(email),
        this.leaving.signal,
        (error) =>
          this.logger.warn({ err: error, notificationId, step: 'email' }, 'PostgreSQL does not answer; a sent e-mail is recorded later'),
      );
      emailsHandled.inc({ result: 'sent' });
      this.logger.info({ notificationId, teamId, step: 'email', verdict: 'sent' }, 'alert e-mail');
      return;
    }
    const status = await this.outbox.settleFailed(email, result.error, result.isAddressRefused);
    const verdict = status === 'gave_up' ? 'gave_up' : 'failed';
    emailsHandled.inc({ result: verdict });
    this.logger[status === 'gave_up' ? 'error' : 'warn'](
      { notificationId, teamId, step: 'email', verdict, why: result.error },
      'alert e-mail',
    );
  }
}
