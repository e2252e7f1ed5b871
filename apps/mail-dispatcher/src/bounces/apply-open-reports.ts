// Looks again at what came in before its delivery was settled, and at addresses that work again.
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger, TroubleLog, within } from '@billing-mail/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { BouncedAddressesStore } from './bounced-addresses.store.js';
import { ReportsStore } from './reports.store.js';
import { TakeReport } from './take-report.js';

/** A relay on the same machine may report before the yes to its delivery is recorded, which takes moments. One look at an index that is empty. */
const LOOK_MS = 1000;
const RECOVERED_MS = 10 * 60 * 1000;
const LEAVE_MS = 2000;

@Injectable()
export class ApplyOpenReports implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly leaving = new AbortController();
  private readonly trouble: TroubleLog;
  private loop: Promise<void> = Promise.resolve();

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
    if (this.env.BOUNCE_DOMAIN !== undefined) this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.leaving.abort();
    await within(LEAVE_MS, this.loop);
  }

  private async run(): Promise<void> {
    const { signal } = this.leaving;
    let recoveredAt = performance.now();
    for (;;) {
      await sleep(LOOK_MS, undefined, { ref: false, signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        for (const written of await this.store.applyOpen()) this.reports.tell(written);
        if (performance.now() - recoveredAt < RECOVERED_MS) continue;
        recoveredAt = performance.now();
        await this.addresses.clearRecovered();
      } catch (error) {
        this.trouble.tell(error as Error, { step: 'bounce' }, 'could not look at reports that wait for their delivery');
      }
    }
  }
}
