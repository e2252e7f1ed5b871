import { Inject, Injectable } from '@nestjs/common';
import { type OutcomeEvent } from '@billing-mail/contracts';
import { type EntityManager } from 'typeorm';
import { type Channel, CHANNELS } from '../channels/channel.js';
import { AlertStore } from './alert.store.js';
import { type Alert } from './alert.js';

/** Raises alerts on all channels, in the transaction of the change that the alerts are about. */
@Injectable()
export class RaiseAlerts {
  constructor(
    private readonly alerts: AlertStore,
    @Inject(CHANNELS) private readonly channels: Channel[],
  ) {}

  /** @param events the outcomes behind the alerts, for channels that forward outcomes themselves */
  async raise(tx: EntityManager, alerts: readonly Alert[], events: readonly OutcomeEvent[] = []): Promise<void> {
    const raised = alerts.length === 0 ? [] : await this.alerts.raise(tx, alerts);
    for (const channel of this.channels) await channel.accept(tx, { events, raised });
  }
}
