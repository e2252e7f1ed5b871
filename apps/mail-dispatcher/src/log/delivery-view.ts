// Turns rows of the delivery log into what the API returns, with explanations in the language of the reader.
import {
  type BounceClass,
  type DeliveryView,
  type FailureCode,
  type FailureReason,
  type Locale,
  type Route,
} from '@billing-mail/contracts';
import { explainBounce, explainFailure, type GoingOn } from '@billing-mail/mail-core';
import { notFound } from '@billing-mail/platform';
import { z } from 'zod';
import {
  type DeliveriesStore,
  type DeliveryRecord,
  type RecipientRecord,
  type ReportRecord,
  type ShownRecord,
} from './deliveries.store.js';

/** A delivery of the team. @throws ProblemException 404 if it does not exist */
export async function readView(store: DeliveriesStore, teamId: string, id: string, reader: Locale | null): Promise<DeliveryView> {
  const record = z.uuid().safeParse(id).success ? await store.find(teamId, id) : null;
  if (record === null) throw notFound('The delivery');
  return toView(record, reader, {
    recipients: await store.recipientsOf(id),
    attempts: await store.attemptsOf(id),
    reports: await store.reportsOf(id),
  });
}

/** Texts are in the reader's language if it is known, otherwise in that of whoever sent the document. */
export function inReadersWords<Record extends DeliveryRecord>(record: Record, reader: Locale | null) {
  const { requestedBy, createdAt, settledAt, nextTryAt, failure, ...same } = record;
  return {
    ...same,
    requestedBy: requestedBy.userId ?? null,
    createdAt: createdAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
    nextTryAt: nextTryAt?.toISOString() ?? null,
    failure: failure && { code: failure.code, message: inWords(failure, reader ?? requestedBy.locale ?? 'en', record) },
  };
}

function toView(
  record: ShownRecord,
  reader: Locale | null,
  of: { recipients: RecipientRecord[]; attempts: Awaited<ReturnType<DeliveriesStore['attemptsOf']>>; reports: ReportRecord[] },
): DeliveryView {
  const locale = reader ?? record.requestedBy.locale ?? 'en';
  // If all refused recipients share the delivery's reason, it is shown once, for the delivery.
  const isToldAbove = of.recipients.every(({ status, reason }) => status !== 'rejected' || reason === record.failure?.code);
  return {
    ...inReadersWords(record, reader),
    recipients: of.recipients.map(({ at, reason, bounceClass, bouncedBefore, ...recipient }) => ({
      ...recipient,
      at: at?.toISOString() ?? null,
      explanation:
        recipient.status === 'bounced'
          ? whyItCameBack(bounceClass ?? 'other', locale)
          : recipient.status === 'rejected' && reason !== null && !isToldAbove
            ? whyRefused(reason, recipient.route, locale, record)
            : null,
      bouncedBefore: bouncedBefore?.toISOString() ?? null,
    })),
    attempts: of.attempts.map(({ startedAt, ...attempt }) => ({ ...attempt, startedAt: startedAt.toISOString() })),
    reports: of.reports.map(({ at, retryUntil, ...report }) => ({
      ...report,
      retryUntil: retryUntil?.toISOString() ?? null,
      at: at.toISOString(),
      explanation: report.kind === 'bounced' ? explainBounce(report.class ?? 'other', locale).happened : null,
    })),
  };
}

/** Who acts next. For a sent delivery nothing is left to do, whatever its first route answered. */
function goingOn(status: DeliveryRecord['status'], settledAt: Date | null): GoingOn {
  if (status === 'sent') return 'byOthers';
  return settledAt === null ? 'byItself' : 'byReader';
}

function whyItCameBack(of: BounceClass, locale: Locale): string {
  const { happened, todo } = explainBounce(of, locale);
  return `${happened} ${todo}`;
}

/** Says what to do only once the delivery is settled, as nothing can be sent again before. */
function whyRefused(code: FailureCode, route: Route | null, locale: Locale, { status, settledAt }: DeliveryRecord): string {
  const { happened, todo } = explainFailure({ code, server: null, reply: null }, locale, route ?? 'platform', goingOn(status, settledAt));
  return settledAt === null ? happened : `${happened} ${todo}`;
}

function inWords(
  failure: FailureReason,
  locale: Locale,
  { route, usedFallback, status, settledAt }: Pick<DeliveryRecord, 'route' | 'usedFallback' | 'status' | 'settledAt'>,
): string {
  // For a delivery sent by the fallback, explains why the team's own server did not accept it.
  const about: Route = usedFallback && status === 'sent' ? 'custom' : (route ?? 'platform');
  const { happened, means, todo } = explainFailure(failure, locale, about, goingOn(status, settledAt));
  return `${happened} ${means} ${todo}`;
}
