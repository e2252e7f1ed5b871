// Watches the platform's signing certificate: a metric and the log show whether it is usable, and alerts are raised before it
// expires and once it has.
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger, PollLoop } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { SigningKey } from '../documents/signing-key.js';
import { certificateEnd, platformRouteReady } from '../records/dispatcher.metrics.js';
import { TroublesStore } from '../records/troubles.store.js';
import { dueMark } from './certificate-marks.js';
import { OutcomeRelay } from './outcome-relay.js';

const LOOK_EVERY_MS = 60_000;
/** How often the log repeats the same message. */
const SAID_AGAIN_MS = 60 * 60 * 1000;

@Injectable()
export class CertificateWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly looking = new PollLoop({
    look: () => this.look(),
    everyMs: LOOK_EVERY_MS,
    onError: (error) => this.logger.warn({ step: 'certificate', err: error }, 'could not check when the signing certificate expires'),
  });
  private said = { message: '', at: 0 };

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly key: SigningKey,
    private readonly troubles: TroublesStore,
    private readonly relay: OutcomeRelay,
  ) {}

  onApplicationBootstrap(): void {
    platformRouteReady.set({ part: 'server' }, 1);
    certificateEnd.set(this.key.identity.notAfter.getTime() / 1000);
    this.looking.start();
  }

  beforeApplicationShutdown(): void {
    void this.looking.stop();
  }

  /** Checks the certificate once, as of `now`. */
  async look(now = new Date()): Promise<void> {
    this.say(this.key.problemsAt(now));
    await this.warn(now);
  }

  private say(problems: ReturnType<SigningKey['problemsAt']>): void {
    const isReady = problems.every(({ fatal }) => !fatal);
    platformRouteReady.set({ part: 'signing' }, isReady ? 1 : 0);
    const message = problems.map((problem) => problem.message).join(' ');
    if (message === '' || (message === this.said.message && performance.now() - this.said.at < SAID_AGAIN_MS)) return;
    this.said = { message, at: performance.now() };
    if (isReady) this.logger.warn({ step: 'certificate' }, message);
    else this.logger.error({ step: 'certificate' }, `The platform's mail is on hold. ${message}`);
  }

  private async warn(now: Date): Promise<void> {
    const { notAfter } = this.key.identity;
    const due = dueMark(notAfter, now.getTime());
    if (due === null) return;
    const isTold = await this.troubles.warnOfCertificate('', notAfter, due.mark, {
      ...{
        type: 'certificate_expiring',
        at: now.toISOString(),
        route: 'platform',
        notAfter: notAfter.toISOString(),
        daysLeft: due.daysLeft,
      },
    });
    if (isTold) this.relay.wake();
  }
}
