// A corrected server or password helps what is waiting at once. Other changes don't touch it: they would only burn its tries.
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

/** Events that nobody heard (Redis keeps none for an absent listener) are made up for this often. */
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

  /** A team saved its settings. */
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
    // With none it goes out unsigned, as somebody wants it.
    const canSign = current.certificate === null || new Date(current.certificate.validTo) > new Date();
    const hastened = await this.claims.hastenForServer(teamId, serverFingerprint(current), canSign);
    if (hastened === 0) return;
    this.logger.info({ teamId, step: 'hastened', hastened }, 'the server of waiting deliveries changed');
    this.runner.wake();
  }

  /** They go out at their planned time all the same, so what goes wrong here is logged and no more. */
  private tellOf(error: unknown, about: object): void {
    this.trouble.tell(error as Error, { ...about, step: 'hastened' }, 'could not look whether what waits can go on');
  }
}
