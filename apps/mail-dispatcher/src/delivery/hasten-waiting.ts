import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { SettingsClient } from '../gathering/settings.client.js';
import { serverFingerprint } from '../transport/server-for-route.js';
import { ClaimsStore } from './claims.store.js';
import { DeliveryRunner } from './delivery-runner.js';

/** A corrected server or password helps what is waiting at once. Other changes don't touch it: they would only burn its tries. */
@Injectable()
export class HastenWaiting {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly settings: SettingsClient,
    private readonly claims: ClaimsStore,
    private readonly runner: DeliveryRunner,
  ) {}

  async afterChange(teamId: string): Promise<void> {
    this.settings.forget(teamId);
    try {
      const current = await this.settings.settingsOf(teamId);
      if (current === null) return;
      const hastened = await this.claims.hastenForServer(teamId, serverFingerprint('custom', current));
      if (hastened > 0) this.runner.wake();
      this.logger.info({ teamId, step: 'settings_changed', hastened }, 'settings changed');
    } catch (error) {
      // They go out at their planned time all the same.
      this.logger.warn({ teamId, step: 'settings_changed', err: error }, 'could not hasten what is waiting');
    }
  }
}
