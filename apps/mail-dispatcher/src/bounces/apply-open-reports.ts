// Applies reports that arrived before their delivery was settled, and forgets dead addresses that work again.
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger, PollLoop, TroubleLog } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { BouncedAddressesStore } from './bounced-addresses.store.js';
import { ReportsStore } from './reports.store.js';
import { TakeReport } from './take-report.js';

/**
 * A relay on the same machine may report before the acceptance is recorded, which takes moments. Each look is one query on an index that is
 * usually empty.
 */
const LOOK_MS = 1000;
const RECOVERED_MS = 10 * 60 * 1000;
const LEAVE_MS = 2000;

@Injectable()
export class ApplyOpenReports implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly trouble: TroubleLog;
  private recoveredAt = performance.now();
  private readonly looking = new PollLoop({
    look: () => this.look(),
    everyMs: LOOK_MS,
    firstAfterMs: LOOK_MS,
    onError: (error) => this.trouble.tell(error, { step: 'bounce' }, 'could not look at reports that wait for their delivery'),
  });

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) logger: Logger,
    private readonly store: ReportsStore,
    private readonly addresses: BouncedAddressesStore,
    private readonly reports: TakeReport,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  onApplicationBootstrap(): void {
    if (this.env.BOUNCE_DOMAIN !== undefined) this.looking.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.looking.stop(LEAVE_MS);
  }

  private async look(): Promise<void> {
    for (const written of await this.store.applyOpen()) this.reports.tell(written);
    if (performance.now() - this.recoveredAt < RECOVERED_MS) return;
    this.recoveredAt = performance.now();
    await this.addresses.clearRecovered();
  }
}
