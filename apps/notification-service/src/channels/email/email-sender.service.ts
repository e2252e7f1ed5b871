// Sends the e-mails of the outbox as long as the process runs.
import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type Logger, PollLoop, RefusedRequests, type SpanAbout, Traced, TroubleLog, untilDatabaseAnswers } from '@billing-mail/platform';
import { NOTIFICATION_ENV, type NotificationEnv } from '../../notification.env.js';
import { LOGGER } from '../../notification.tokens.js';
import { alertDelay, alertsSent, emailsHandled, emailsWaiting, oldestEmailAge } from '../../notification.metrics.js';
import { pageAddress } from './alert-links.js';
import { composeAlertEmail } from './compose-alert-email.js';
import { EmailOutboxStore, type OwedEmail, type OwedPart, RENEW_EVERY_MS } from './email-outbox.store.js';
import { PlatformMailClient, type SendResult } from './platform-mail.client.js';

const AT_ONCE = 4;
const LOOK_EVERY_MS = 1000;
/** As often as Prometheus scrapes in its sample configuration. */
const NOTE_BACKLOG_EVERY_MS = 15_000;
/** As for documents: after an end of data without a reply an e-mail is sent once more, and then no more. */
const DOUBTS_ALLOWED = 1;

type Verdict = SendResult['outcome'] | 'failed' | 'gave_up' | 'no_such_address' | 'unwanted' | 'uncertain';
/** A claimed e-mail, and the signal that its lease is lost. */
type Held = { email: OwedEmail; lost: AbortController };

/** Continues the trace of the first notification in the e-mail. */
function stepOf({ email: { parts } }: Held): SpanAbout {
  const [first] = parts;
  return { parent: first?.traceparent, deliveryId: first?.deliveryId ?? undefined, teamId: first?.teamId };
}

@Injectable()
export class EmailSenderService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly trouble: TroubleLog;
  private readonly refused: RefusedRequests;
  private readonly sending = new PollLoop({
    look: () => this.sendDue(),
    everyMs: LOOK_EVERY_MS,
    onError: (error) => this.trouble.tell(error, { step: 'email' }, 'alert e-mails wait'),
  });
  private readonly noting = new PollLoop({
    look: () => this.noteBacklog(),
    everyMs: NOTE_BACKLOG_EVERY_MS,
    // The gauges keep their last values; other loops report that PostgreSQL is unavailable.
    onError: () => undefined,
  });

  constructor(
    private readonly outbox: EmailOutboxStore,
    private readonly platform: PlatformMailClient,
    @Inject(NOTIFICATION_ENV) private readonly env: NotificationEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.trouble = new TroubleLog(logger);
    this.refused = new RefusedRequests(logger);
  }

  onApplicationBootstrap(): void {
    this.sending.start();
    this.noting.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.sending.stop(this.env.SHUTDOWN_GRACE), this.noting.stop()]);
  }

  private async noteBacklog(): Promise<void> {
    const { count, oldest } = await this.outbox.backlog();
    emailsWaiting.set(count);
    oldestEmailAge.set(oldest);
  }

  /** Returns whether any e-mail was due. */
  private async sendDue(): Promise<boolean> {
    const owed = (await this.outbox.claim(AT_ONCE)).map((email) => ({ email, lost: new AbortController() }));
    const renewal = setInterval(() => void this.renew(owed), RENEW_EVERY_MS);
    try {
      await Promise.all(owed.map((held) => this.handle(held).catch((error: unknown) => this.leaveToLease(held.email, error))));
    } finally {
      clearInterval(renewal);
    }
    return owed.length > 0;
  }

  /** An e-mail that could not be settled, because PostgreSQL or the process went away, is due again when its lease runs out. */
  private leaveToLease({ parts: [first] }: OwedEmail, error: unknown): void {
    this.logger.warn(
      { err: error, notificationId: first?.notificationId, step: 'email' },
      'could not settle an alert e-mail; it is due again when its lease runs out',
    );
  }

  private async renew(owed: readonly Held[]): Promise<void> {
    const claimId = owed[0]?.email.claimId;
    if (claimId === undefined) return;
    try {
      const renewed = await this.outbox.renew(claimId);
      for (const { email, lost } of owed) if (!email.parts.every(({ notificationId }) => renewed.includes(notificationId))) lost.abort();
    } catch (error) {
      // The gate asks PostgreSQL whether the lease still holds, so nothing is sent without it.
      this.logger.warn({ err: error, step: 'email' }, 'leases of alert e-mails are not renewed');
    }
  }

  @Traced('alert e-mail', { kind: 'client', about: stepOf })
  private async handle({ email, lost }: Held): Promise<void> {
    const { address, doubts, isForeign } = email;
    if (address === null) {
      await this.outbox.settleAs(email, 'unwanted');
      if (isForeign) this.refused.note('foreign_recipient', { teamId: email.parts[0]?.teamId, step: 'email' });
      return this.tell(email, 'unwanted');
    }
    if (doubts > DOUBTS_ALLOWED) {
      await this.outbox.settleAs(email, 'uncertain');
      return this.tell(email, 'uncertain');
    }
    if (doubts > 0) this.log(email, 'doubtful', 'an alert e-mail that may have arrived is sent once more');
    const date = email.doubtedAt ?? new Date();
    const result = await this.platform.send({
      email: composeAlertEmail(email.parts, email.locale, pageAddress(this.env)),
      address,
      id: idOf(email.parts),
      date,
      // Holds the end of data while the process ends: it might not live to read the reply, and another try could deliver a second copy.
      releaseEndOfData: async () => !this.sending.signal.aborted && this.outbox.release(email, date),
      signal: lost.signal,
    });
    this.tell(email, await this.settle(email, result), 'error' in result ? result.error : undefined);
  }

  private async settle(email: OwedEmail, result: SendResult): Promise<Verdict> {
    switch (result.outcome) {
      case 'sent':
        // The e-mail has been sent, so only the recording is repeated.
        await untilDatabaseAnswers(
          () => this.outbox.settleSent(email),
          this.sending.signal,
          (error) => this.logger.warn({ err: error, step: 'email' }, 'PostgreSQL does not answer; a sent e-mail is recorded later'),
        );
        return 'sent';
      case 'doubtful':
        await this.outbox.settleDoubtful(email, result.error);
        return 'doubtful';
      case 'refused': {
        const status = await this.outbox.settleRefused(email, result.error, result.addressExists);
        return status === 'gave_up' || status === 'no_such_address' ? status : 'failed';
      }
      case 'held':
        this.leaveToLease(email, result.cause);
        return 'held';
    }
  }

  private tell(email: OwedEmail, verdict: Verdict, why?: string): void {
    emailsHandled.inc({ result: verdict });
    if (verdict === 'sent') {
      alertsSent.inc({ channel: 'email' }, email.parts.length);
      alertDelay.observe({ channel: 'email' }, Math.max(0, Date.now() - email.owedSince.getTime()) / 1000);
    }
    if (verdict !== 'unwanted') this.log(email, verdict, 'alert e-mail', why);
  }

  private log({ parts }: OwedEmail, verdict: Verdict, message: string, why?: string): void {
    const level = verdict === 'sent' ? 'info' : verdict === 'gave_up' || verdict === 'uncertain' ? 'error' : 'warn';
    const [first] = parts;
    const of = { notificationId: first?.notificationId, teamId: first?.teamId, notifications: parts.length };
    this.logger[level]({ ...of, step: 'email', verdict, why }, message);
  }
}

/**
 * Returns a part of the Message-ID. It is the same for the same news of the same notifications, so that a server or mailbox can drop a
 * second copy.
 */
function idOf(parts: readonly OwedPart[]): string {
  const ids = parts.map(({ notificationId, wanted }) => `${notificationId}.${wanted}`);
  return ids.length === 1 ? (ids[0] ?? '') : `digest.${createHash('sha256').update(ids.join()).digest('hex').slice(0, 32)}`;
}
