// Estimates when the last waiting document of a team goes out, from the limits of its own server and what its account has sent.
import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type DeliveryForecast, type SendingLimits, sendingLimitsOf } from '@billing-mail/contracts';
import { foretellEnd, type PaceWindows, type WaitingGroup } from '@billing-mail/mail-core';
import { ProblemException, SealError } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { PACE_WINDOWS } from '../dispatcher.tokens.js';
import { SettingsClient, SettingsUnavailableError } from '../documents/settings.client.js';
import { laneOf } from '../records/lanes.js';
import { type PacedAccount, PacedLanesStore } from '../records/paced-lanes.store.js';
import { PacedLanes } from '../trying/paced-lanes.js';
import { SendingAccounts } from '../trying/sending-accounts.js';

@Injectable()
export class Forecast {
  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(PACE_WINDOWS) private readonly windows: PaceWindows,
    private readonly settings: SettingsClient,
    private readonly store: PacedLanesStore,
    private readonly accounts: SendingAccounts,
    private readonly paced: PacedLanes,
  ) {}

  /**
   * Returns the forecast for a team.
   * @param further the number of documents that are not handed over yet
   * @throws ProblemException 503 while the settings can't be read
   */
  async of(teamId: string, further: number): Promise<DeliveryForecast> {
    const limited = await this.limitedAccountOf(teamId);
    return limited === null ? { waiting: 0, heldByLimits: 0, limits: null, endsAt: null } : this.byLimits(limited, further);
  }

  /** Leaves out what waits for other teams with the same account, because the estimated time would reveal it. */
  private async byLimits({ lane, account, limits }: PacedAccount & { limits: SendingLimits }, further: number): Promise<DeliveryForecast> {
    const { windows, env } = this;
    const waiting = await this.store.waiting(lane, env.SMTP_MAX_RECIPIENTS, windows);
    const sent = await this.store.sent(account, windows);
    const all: WaitingGroup[] = [...waiting, { deliveries: further, messages: further, recipients: further, dueInMs: 0 }];
    const foretold = await inTurns(foretellEnd(limits, windows, sent, all));
    return {
      waiting: all.reduce((sum, { deliveries }) => sum + deliveries, 0),
      heldByLimits: foretold?.held ?? 0,
      limits,
      endsAt: foretold && new Date(Date.now() + foretold.endsInMs).toISOString(),
    };
  }

  private async limitedAccountOf(teamId: string): Promise<(PacedAccount & { limits: SendingLimits }) | null> {
    const lane = laneOf(teamId, 'custom');
    try {
      const settings = await this.settings.settingsOf(teamId);
      const smtp = settings?.sender === 'custom' ? settings.smtp : null;
      const limits = smtp && sendingLimitsOf(smtp);
      return smtp && limits && { lane, account: await this.paced.nameOf(lane, this.accounts.namesOf(teamId, smtp)), limits };
    } catch (error) {
      if (!(error instanceof SettingsUnavailableError || error instanceof SealError)) throw error;
      throw new ProblemException(503, 'settings-unavailable', 'The settings of the team cannot be read right now. Try again in a moment.');
    }
  }
}

/** Yields to the event loop between steps, so that a forecast for a million documents delays nobody else. */
async function inTurns<T>(work: Generator<undefined, T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await setImmediate();
  }
}
