// Turns rows of the delivery log into what the API returns, with explanations in the language of the reader.
import { type DeliveryView, type FailureCode, type FailureReason, type Locale, type Route } from '@billing-mail/contracts';
import {
  doubtOf,
  explainBounce,
  explainEarlierFailure,
  explainFailure,
  explainSecondCopy,
  type GoingOn,
  isAddressWrong,
} from '@billing-mail/mail-core';
import { notFound } from '@billing-mail/platform';
import { z } from 'zod';
import {
  type DeliveriesStore,
  type DeliveryRecord,
  type RecipientRecord,
  type ReportRecord,
  type ShownRecord,
} from './deliveries.store.js';

/** Reads a delivery of the team. @throws ProblemException 404 if it does not exist */
export async function readView(store: DeliveriesStore, teamId: string, id: string, reader: Locale | null): Promise<DeliveryView> {
  const record = z.uuid().safeParse(id).success ? await store.find(teamId, id) : null;
  if (record === null) throw notFound('The delivery');
  return toView(record, reader, {
    recipients: await store.recipientsOf(id),
    attempts: await store.attemptsOf(id),
    reports: await store.reportsOf(id),
  });
}

/**
 * Turns a record into what the API returns. Texts are in the reader's language if it is known, otherwise in the requester's, or in English.
 */
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
  // If all recipients were refused for the delivery's reason, it is shown once, for the delivery. Otherwise each recipient shows the
  // reason, because the delivery's would not say whom it concerns.
  const isToldAbove = of.recipients.every(({ status, reason }) => status === 'rejected' && reason === record.failure?.code);
  const { failure, ...same } = inReadersWords(record, reader);
  return {
    ...same,
    failure: failure && { ...failure, message: namingWhom(failure, of.recipients) },
    recipients: of.recipients.map((recipient) => {
      const { at, reason, bounceClass, isAfterDoubt: _isAfter, bouncedBefore, ...shown } = recipient;
      return {
        ...shown,
        at: at?.toISOString() ?? null,
        explanation: explain(recipient, record, isToldAbove, locale),
        bouncedBefore: bouncedBefore?.toISOString() ?? null,
        isAddressWrong: recipient.status === 'bounced' || recipient.status === 'rejected' ? isAddressWrong(reason, bounceClass) : false,
      };
    }),
    attempts: of.attempts.map(({ startedAt, ...attempt }) => ({ ...attempt, startedAt: startedAt.toISOString() })),
    reports: of.reports.map(({ at, retryUntil, ...report }) => ({
      ...report,
      retryUntil: retryUntil?.toISOString() ?? null,
      at: at.toISOString(),
      explanation: report.kind === 'bounced' ? explainBounce(report.class ?? 'other', locale).happened : null,
    })),
  };
}

/** Explains what became of a recipient and what to do. Returns `null` if there is nothing to say, or if the delivery's failure says it. */
function explain(recipient: RecipientRecord, record: DeliveryRecord, isRefusalToldAbove: boolean, locale: Locale): string | null {
  const { status, reason, route, bounceClass, isAfterDoubt } = recipient;
  switch (status) {
    case 'bounced':
      return withAdvice(explainBounce(bounceClass ?? 'other', locale), record);
    case 'rejected':
      return reason === null || isRefusalToldAbove ? null : whyRefused(reason, route, locale, record);
    case 'uncertain':
      return whyInDoubt(doubtOf(reason), route, locale, record);
    case 'accepted':
      return isAfterDoubt ? mayHaveTwice(locale) : null;
    case 'pending':
    case 'cancelled':
      return null;
  }
}

/** Most addresses that a failure begins with; the list of recipients names all. */
const NAMED = 3;

/**
 * Begins the message with the addresses that the failure is about if it is not about all: its words speak of "the recipient". What came
 * back is told by the words themselves, which point to the list of recipients.
 */
function namingWhom({ code, message }: { code: string; message: string }, recipients: readonly RecipientRecord[]): string {
  const concerned = recipients.filter(({ reason }) => reason === code).map(({ address }) => address);
  if (code === 'bounced' || concerned.length === 0 || concerned.length === recipients.length) return message;
  return `${concerned.slice(0, NAMED).join(', ')}${concerned.length > NAMED ? ' …' : ''}: ${message}`;
}

/** Who acts next. */
const goingOn = (settledAt: Date | null): GoingOn => (settledAt === null ? 'byItself' : 'byReader');

/** Adds what to do, unless the document was sent again: a reader must not do it once more. */
const withAdvice = ({ happened, todo }: { happened: string; todo: string }, { sentAgainAs }: DeliveryRecord): string =>
  sentAgainAs === null ? `${happened} ${todo}` : happened;

/** Says what to do only once the delivery is settled. */
function whyRefused(code: FailureCode, route: Route | null, locale: Locale, record: DeliveryRecord): string {
  const words = explainFailure({ code, server: null, reply: null }, locale, route ?? 'platform', goingOn(record.settledAt));
  return record.settledAt === null ? words.happened : withAdvice(words, record);
}

function mayHaveTwice(locale: Locale): string {
  const { happened, ifAsked } = explainSecondCopy(locale);
  return `${happened} ${ifAsked}`;
}

/** Says what to do even while the delivery goes on for other recipients, because the reader can ask this recipient at once. */
function whyInDoubt(code: FailureCode, route: Route | null, locale: Locale, record: DeliveryRecord): string | null {
  if (record.failure?.code === code) return null;
  return withAdvice(explainFailure({ code, server: null, reply: null }, locale, route ?? 'platform'), record);
}

function inWords(failure: FailureReason, locale: Locale, { route, usedFallback, status, settledAt, sentAgainAs }: DeliveryRecord): string {
  // For a delivery sent by the fallback, explains why the team's own server did not accept it.
  const about: Route = usedFallback && status === 'sent' ? 'custom' : (route ?? 'platform');
  const { happened, means, todo } =
    status === 'sent' ? explainEarlierFailure(failure, locale, about) : explainFailure(failure, locale, about, goingOn(settledAt));
  // Who sent it again has done what was to do, and a reader must not do it once more.
  return (sentAgainAs === null ? [happened, means, todo] : [happened]).filter((part) => part !== '').join(' ');
}
