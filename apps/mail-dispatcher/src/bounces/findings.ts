// Turns a report into the findings that are recorded about a delivery. Pure.
import { type BounceClass, type ReportKind } from '@billing-mail/contracts';
import { cleanReply, type Fate, type Report } from '@billing-mail/mail-core';

/** One statement of a report about a recipient, or about the whole delivery if the report does not show which recipient it concerns. */
export type Finding = {
  position: number | null;
  kind: ReportKind;
  class: BounceClass | null;
  permanent: boolean;
  status: string | null;
  /** As the report writes it. */
  address: string | null;
  diagnostic: string | null;
  reporter: string | null;
  retryUntil: Date | null;
};

export type ReportedRecipient = { position: number; address: string };

/** Most findings read from one report. No server can have been given as many recipients at a time, so the rest is ignored. */
const MOST_FINDINGS = 1000;

const KINDS: Record<Fate['action'], ReportKind> = {
  failed: 'bounced',
  delayed: 'delayed',
  delivered: 'delivered',
  relayed: 'relayed',
  expanded: 'expanded',
};

const NOTHING = { class: null, permanent: false, status: null, address: null, diagnostic: null, reporter: null, retryUntil: null } as const;

/**
 * Returns what a report says about a delivery.
 * @param recipients those that the report's return path was made for
 */
export function findingsOf(report: Report, recipients: readonly ReportedRecipient[]): Finding[] {
  const places = new Places(recipients);
  switch (report.kind) {
    case 'fates':
      return report.fates.slice(0, MOST_FINDINGS).map((fate) => ofFate(fate, report, places));
    case 'complaint':
      return [{ ...NOTHING, kind: 'complaint', position: places.likely(report.recipient), reporter: lineOf(report.source) }];
    case 'auto_reply':
      return [
        {
          ...NOTHING,
          kind: report.absence ? 'absence' : 'auto_reply',
          position: places.likely(report.from),
          diagnostic: lineOf(report.subject),
        },
      ];
    case 'unrelated':
      return [];
  }
}

function ofFate(fate: Fate, { reporter }: Extract<Report, { kind: 'fates' }>, places: Places): Finding {
  const { recipient, action, class: of, permanent, status, address, diagnostic, willRetryUntil } = fate;
  return {
    position: places.exactly(recipient),
    kind: KINDS[action],
    class: of,
    permanent,
    status: lineOf(status),
    address: lineOf(address),
    diagnostic: lineOf(diagnostic),
    reporter: lineOf(reporter),
    retryUntil: willRetryUntil !== null && Number.isNaN(willRetryUntil.getTime()) ? null : willRetryUntil,
  };
}

/** Finds positions by address: a report may have hundreds of entries, and a mass mail 45,000 recipients. */
class Places {
  private readonly byAddress = new Map<string, number>();
  /** The position of the only recipient; `null` if there are several. */
  private readonly only: number | null;

  constructor(recipients: readonly ReportedRecipient[]) {
    this.only = recipients.length === 1 ? (recipients[0]?.position ?? null) : null;
    // If two recipients share an address, the first counts.
    for (const { address, position } of recipients.toReversed()) this.byAddress.set(address.toLowerCase(), position);
  }

  exactly(address: string | null): number | null {
    return address === null ? null : (this.byAddress.get(address.toLowerCase()) ?? null);
  }

  /** Automatic replies often come from another address than the one that was written to. */
  likely(address: string | null): number | null {
    return this.exactly(address) ?? this.only;
  }
}

/** Text of unknown origin, reduced to one line of limited length that PostgreSQL accepts. */
const lineOf = (text: string | null): string | null => (text === null ? null : cleanReply(text));
