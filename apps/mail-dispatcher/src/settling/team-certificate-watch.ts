// Alerts teams before one of their certificates expires, and once it has expired: from then on their mail waits, or their own server
// accepts none.
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type CertificateUse, type EndingCertificate } from '@billing-mail/contracts';
import { type Logger, PollLoop } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { SettingsClient } from '../documents/settings.client.js';
import { teamCertificatesEnding } from '../records/dispatcher.metrics.js';
import { TroublesStore } from '../records/troubles.store.js';
import { dueMark, MARKS_BEFORE_END } from './certificate-marks.js';
import { OutcomeRelay } from './outcome-relay.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const LOOK_EVERY_MS = 10 * 60_000;
/** A certificate that expired longer ago had its alert then, or belongs to a team that no longer sends. */
const ENDED_AGO_MS = 7 * DAY_MS;

@Injectable()
export class TeamCertificateWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly looking = new PollLoop({
    look: () => this.look(),
    everyMs: LOOK_EVERY_MS,
    onError: (error) => this.logger.warn({ step: 'certificate', err: error }, 'could not check which certificates of teams expire'),
  });

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly settings: SettingsClient,
    private readonly troubles: TroublesStore,
    private readonly relay: OutcomeRelay,
  ) {}

  onApplicationBootstrap(): void {
    // Not awaited, so that the start does not depend on settings-api.
    this.looking.start();
  }

  beforeApplicationShutdown(): void {
    void this.looking.stop();
  }

  /** Checks the certificates of all teams once, as of `now` (milliseconds since the epoch). */
  async look(now = Date.now()): Promise<void> {
    const most = Math.max(...MARKS_BEFORE_END) + 1;
    const ending = await this.settings.certificatesEnding(new Date(now - ENDED_AGO_MS), new Date(now + most * DAY_MS));
    for (const days of MARKS_BEFORE_END) {
      const before = now + days * DAY_MS;
      teamCertificatesEnding.set({ days }, ending.filter(({ validTo }) => Date.parse(validTo) <= before).length);
    }
    for (const certificate of ending) await this.warn(certificate, now);
  }

  private async warn({ teamId, validTo, notifyUserIds, locale, ...named }: EndingCertificate, now: number): Promise<void> {
    const notAfter = new Date(validTo);
    const due = dueMark(notAfter, now);
    if (due === null) return;
    const isTold = await this.troubles.warnOfCertificate(ownerOf(teamId, named.use), notAfter, due.mark, {
      ...{ type: 'own_certificate_expiring', teamId, requestedBy: null, notifyUserIds, teamLocale: locale },
      ...{ ...named, notAfter: validTo, daysLeft: due.daysLeft },
    });
    if (isTold) this.relay.wake();
  }
}

/**
 * Returns the owner under which warnings are recorded: the id of the team, followed by a space and the use of the certificate if it is not
 * for signing. No team id contains a space. Dispatchers of the previous version record the id alone, for signing certificates.
 */
const ownerOf = (teamId: string, use: CertificateUse = 'signature'): string => (use === 'signature' ? teamId : `${teamId} ${use}`);
