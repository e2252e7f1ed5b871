import { type DeliveryView, type FailureReason, type Locale, type Route } from '@billing-mail/contracts';
import { explainFailure, type GoingOn } from '@billing-mail/mail-core';
import { type DeliveriesStore, type DeliveryRecord } from './deliveries.store.js';

/** A delivery in a list: without its recipients and attempts. */
export type DeliverySummary = Omit<DeliveryView, 'recipients' | 'attempts'>;

/** Texts in the reader's language where it is known, else in that of whoever sent the document. */
export function toSummary(record: DeliveryRecord, reader: Locale | null): DeliverySummary {
  const { requestedBy, createdAt, settledAt, nextTryAt, failure, ...same } = record;
  return {
    ...same,
    createdAt: createdAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
    nextTryAt: nextTryAt?.toISOString() ?? null,
    failure: failure && { code: failure.code, message: inWords(failure, reader ?? requestedBy.locale ?? 'en', record) },
  };
}

export function toView(
  record: DeliveryRecord,
  reader: Locale | null,
  recipients: Awaited<ReturnType<DeliveriesStore['recipientsOf']>>,
  attempts: Awaited<ReturnType<DeliveriesStore['attemptsOf']>>,
): DeliveryView {
  return {
    ...toSummary(record, reader),
    recipients: recipients.map(({ at, ...recipient }) => ({ ...recipient, at: at?.toISOString() ?? null })),
    attempts: attempts.map(({ startedAt, ...attempt }) => ({ ...attempt, startedAt: startedAt.toISOString() })),
  };
}

/** What went out needs no second time, whatever its first way said. */
function goingOn(status: DeliveryRecord['status'], settledAt: Date | null): GoingOn {
  if (status === 'sent') return 'byOthers';
  return settledAt === null ? 'byItself' : 'byReader';
}

function inWords(
  failure: FailureReason,
  locale: Locale,
  { route, usedFallback, status, settledAt }: Pick<DeliveryRecord, 'route' | 'usedFallback' | 'status' | 'settledAt'>,
): string {
  // A delivery that was sent by the fallback shows why the team's own server did not take it.
  const about: Route = usedFallback && status === 'sent' ? 'custom' : (route ?? 'platform');
  const { happened, means, todo } = explainFailure(failure, locale, about, goingOn(status, settledAt));
  return `${happened} ${means} ${todo}`;
}
