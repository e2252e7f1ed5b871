// What happened to a delivery, in order, as the timeline shows it. Pure: derived from the delivery alone.
import { type AttemptView, type DeliveryView, type ReportView } from '@billing-mail/contracts';

export type CourseStep =
  /** `isAgain`: the delivery sends another one again. The head of the page says who did that. */
  | { kind: 'queued'; at: string; isAgain: boolean }
  | { kind: 'signed' }
  | { kind: 'attempt'; attempt: AttemptView }
  | { kind: 'fell_back'; at: string }
  | { kind: 'waiting'; until: string }
  /** `status`: how the delivery ended; `null` if it has come back since, as that status no longer holds. */
  | { kind: 'settled'; at: string; status: DeliveryView['status'] | null }
  /** `isPassedOn`: the report is not about the only recipient, but about somebody to whom the document was passed on from there. */
  | { kind: 'reported'; report: ReportView; isPassedOn: boolean };

/** Returns the steps of a delivery, the oldest first. */
export function courseOf(delivery: DeliveryView): CourseStep[] {
  const steps: CourseStep[] = [{ kind: 'queued', at: delivery.createdAt, isAgain: delivery.resendOf !== null }];
  let route: AttemptView['route'] | null = null;
  let isSignedShown = false;
  for (const attempt of delivery.attempts) {
    if (route === 'custom' && attempt.route === 'platform') steps.push({ kind: 'fell_back', at: attempt.startedAt });
    // `signed` concerns the last route. A message is signed before the first try of its route.
    if (delivery.signed && attempt.route === delivery.route && !isSignedShown) {
      steps.push({ kind: 'signed' });
      isSignedShown = true;
    }
    steps.push({ kind: 'attempt', attempt });
    route = attempt.route;
  }
  if (delivery.status === 'waiting' && delivery.nextTryAt !== null) steps.push({ kind: 'waiting', until: delivery.nextTryAt });
  return [...steps, ...endOf(delivery)];
}

/** Returns the end, and the reports before and after it: a report may arrive before the server's acceptance is recorded. */
function endOf({ settledAt, status, reports, recipients }: DeliveryView): CourseStep[] {
  const reported = (isEarly: boolean): CourseStep[] =>
    reports
      .filter(({ at }) => settledAt === null || at < settledAt === isEarly)
      .map((report) => ({ kind: 'reported', report, isPassedOn: report.recipient === null && recipients.length === 1 }));
  if (settledAt === null) return reported(true);
  const hasComeBack = recipients.some((recipient) => recipient.status === 'bounced');
  return [...reported(true), { kind: 'settled', at: settledAt, status: hasComeBack ? null : status }, ...reported(false)];
}
