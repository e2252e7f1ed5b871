// Records a mail that came to the return path of a delivery, and what follows from it.
import { Inject, Injectable } from '@nestjs/common';
import { type BounceTaken } from '@billing-mail/contracts';
import { readReport, type ReturnPath } from '@billing-mail/mail-core';
import { type Logger } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { Announcer } from '../settling/announcer.js';
import { bouncesIgnored, bouncesTaken } from './bounce.metrics.js';
import { findingsOf, type Finding } from './findings.js';
import { ReportsStore, type Written } from './reports.store.js';

/** How much of a mail is read: the report comes first, and a returned document after it. */
export const READ_BYTES = 1024 * 1024;

@Injectable()
export class TakeReport {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: ReportsStore,
    private readonly announcer: Announcer,
  ) {}

  /** Throws if PostgreSQL is unavailable; then the mail has to be delivered again. */
  async take({ deliveryId, position }: ReturnPath, raw: Buffer): Promise<BounceTaken['result']> {
    const reported = await this.store.reportedDelivery(deliveryId);
    if (reported === null) return this.ignore('delivery_unknown', deliveryId);
    const recipients = reported.recipients.filter((recipient) => position === null || recipient.position === position);
    const hints = { recipients: recipients.map(({ address }) => address), messageIds: reported.messageIds };
    const findings = findingsOf(await readReport(raw.subarray(0, READ_BYTES), hints), recipients);
    if (findings.length === 0) return this.ignore('unrelated', deliveryId);
    const recorded = await this.store.record(deliveryId, findings);
    if (recorded.kind !== 'taken') {
      this.ignore(recorded.kind === 'known' ? 'known' : 'delivery_unknown', deliveryId);
      return recorded.kind === 'known' ? 'known' : 'ignored';
    }
    this.count(findings);
    this.tell(recorded);
    return 'taken';
  }

  /**
   * Announces the new status at once. The alert waits for the relay's next sweep, so that the alerts of a mass run share jobs, which halves
   * the work.
   */
  tell({ delivery, status }: Written): void {
    this.announcer.announce(delivery, status);
    this.logger.info({ deliveryId: delivery.id, teamId: delivery.teamId, step: 'bounce', verdict: status }, 'report on a delivery taken');
  }

  private count(findings: readonly Finding[]): void {
    for (const finding of findings)
      bouncesTaken.inc({ kind: finding.kind, class: finding.kind === 'bounced' ? (finding.class ?? 'other') : '' });
  }

  private ignore(reason: string, deliveryId: string): 'ignored' {
    bouncesIgnored.inc({ reason });
    this.logger.info({ deliveryId, step: 'bounce', verdict: reason }, 'a mail at the return path says nothing new');
    return 'ignored';
  }
}
