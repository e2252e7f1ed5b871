// Watches the platform's signing certificate: a metric and the log show whether it is usable, and an alert is raised before it expires.
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { SigningKey } from '../documents/signing-key.js';
import { certificateEnd, platformRouteReady } from '../records/dispatcher.metrics.js';
import { TroublesStore } from '../records/troubles.store.js';
import { OutcomeRelay } from './outcome-relay.js';

/** How many days before the certificate expires an alert is raised, once each; 0: on its last day. */
const TOLD_AT_DAYS = [0, 3, 14, 30];
const DAY_MS = 24 * 60 * 60 * 1000;
const LOOK_EVERY_MS = 60_000;
/** How often the log repeats the same message. */
const SAID_AGAIN_MS = 60 * 60 * 1000;

@Injectable()
export class CertificateWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private said = { message: '', at: 0 };

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly key: SigningKey,
    private readonly troubles: TroublesStore,
    private readonly relay: OutcomeRelay,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    platformRouteReady.set({ part: 'server' }, 1);
    certificateEnd.set(this.key.identity.notAfter.getTime() / 1000);
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.timer.unref();
    await this.look();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async look(now = new Date()): Promise<void> {
    this.say(this.key.problemsAt(now));
    try {
      await this.warn(now);
    } catch (error) {
      this.logger.warn({ step: 'certificate', err: error }, 'could not tell that the signing certificate ends');
    }
  }

  private say(problems: ReturnType<SigningKey['problemsAt']>): void {
    const isReady = problems.every(({ fatal }) => !fatal);
    platformRouteReady.set({ part: 'signing' }, isReady ? 1 : 0);
    const message = problems.map((problem) => problem.message).join(' ');
    if (message === '' || (message === this.said.message && performance.now() - this.said.at < SAID_AGAIN_MS)) return;
    this.said = { message, at: performance.now() };
    if (isReady) this.logger.warn({ step: 'certificate' }, message);
    else this.logger.error({ step: 'certificate' }, `Mail of the platform waits. ${message}`);
  }

  /** Raises only the alert that is due now; it includes what earlier ones would have said. */
  private async warn(now: Date): Promise<void> {
    const { notAfter } = this.key.identity;
    const daysLeft = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
    const days = TOLD_AT_DAYS.find((threshold) => daysLeft <= threshold);
    if (days === undefined) return;
    const isTold = await this.troubles.warnOfCertificate('', notAfter, days, {
      ...{ type: 'certificate_expiring', at: now.toISOString(), route: 'platform', notAfter: notAfter.toISOString(), daysLeft },
    });
    if (isTold) this.relay.wake();
  }
}
