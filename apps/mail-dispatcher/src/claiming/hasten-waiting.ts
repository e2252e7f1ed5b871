// Makes the waiting deliveries of a team due at once after it has changed settings with which a try may succeed, such as its server,
// password or certificate. Other changes do not affect them: a try would only fail again.
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger, PollLoop, TroubleLog } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { SettingsClient } from '../documents/settings.client.js';
import { laneOf } from '../records/lanes.js';
import { PacedLanes } from '../trying/paced-lanes.js';
import { serverFingerprint } from '../trying/server-for-route.js';
import { ClaimsStore } from './claims.store.js';
import { DeliveryRunner } from './delivery-runner.js';
import { IncidentWatch } from './incident-watch.js';
import { LaneHealth } from './lane-health.js';

/** How often to look for changes whose event was missed: Redis keeps no events for an absent listener. */
const LOOK_AGAIN_MS = 30_000;

@Injectable()
export class HastenWaiting implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly trouble: TroubleLog;
  private readonly looking = new PollLoop({
    look: () => this.lookAgain(),
    everyMs: LOOK_AGAIN_MS,
    firstAfterMs: LOOK_AGAIN_MS,
    onError: (error) => this.tellOf(error, {}),
  });

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly settings: SettingsClient,
    private readonly claims: ClaimsStore,
    private readonly runner: DeliveryRunner,
    private readonly lanes: LaneHealth,
    private readonly incidents: IncidentWatch,
    private readonly paced: PacedLanes,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  beforeApplicationShutdown(): void {
    void this.looking.stop();
  }

  /** Handles a change of a team's settings. */
  async afterChange(teamId: string): Promise<void> {
    this.settings.forget(teamId);
    this.lanes.forgetPace(laneOf(teamId, 'custom'));
    this.paced.doubt(laneOf(teamId, 'custom'));
    await this.hasten(teamId).catch((error: unknown) => this.tellOf(error, { teamId }));
  }

  private async lookAgain(): Promise<void> {
    for (const teamId of await this.claims.teamsWaitingForServer()) await this.hasten(teamId);
  }

  private async hasten(teamId: string): Promise<void> {
    const current = await this.settings.settingsOf(teamId);
    if (current === null) return;
    if (current.sender !== 'custom') this.incidents.leftWay(laneOf(teamId, 'custom'));
    // Without a certificate the message goes out unsigned.
    const canSign = current.certificate === null || new Date(current.certificate.validTo) > new Date();
    const hastened = await this.claims.hastenForServer(teamId, serverFingerprint(current), canSign);
    if (hastened === 0) return;
    this.logger.info({ teamId, step: 'hastened', hastened }, 'waiting deliveries are due now because their server or certificate changed');
    this.runner.wake();
  }

  /** The deliveries go out at their planned time in any case, so a failure here is only logged. */
  private tellOf(error: unknown, about: object): void {
    this.trouble.tell(error as Error, { ...about, step: 'hastened' }, 'could not check whether waiting deliveries can be tried now');
  }
}
