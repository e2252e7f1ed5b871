// What happened to a delivery, in order, as the timeline shows it. Pure: made from the delivery alone.
import { type AttemptView, type DeliveryView, type ReportView, type SendingAgain } from '@billing-mail/contracts';

export type CourseStep =
  | { kind: 'queued'; at: string }
  /** This delivery is one sent again, or was itself sent again as another. */
  | ({ kind: 'sent_again' } & SendingAgain)
  | { kind: 'signed' }
  | { kind: 'attempt'; attempt: AttemptView }
  | { kind: 'fell_back'; at: string }
  | { kind: 'waiting'; until: string }
  /** `status`: how it ended; `null` where it has come back since and is no longer what it was then. */
  | { kind: 'settled'; at: string; status: DeliveryView['status'] | null }
  | { kind: 'reported'; report: ReportView };

/** The steps of a delivery, the oldest first. */
export function courseOf(delivery: DeliveryView): CourseStep[] {
  const steps: CourseStep[] = [
    delivery.resend === null ? { kind: 'queued', at: delivery.createdAt } : { kind: 'sent_again', ...delivery.resend },
  ];
  let route: AttemptView['route'] | null = null;
  let isSignedShown = false;
  for (const attempt of delivery.attempts) {
    if (route === 'custom' && attempt.route === 'platform') steps.push({ kind: 'fell_back', at: attempt.startedAt });
    // Only our own server's mail is signed, and it is signed before its first try.
    if (delivery.signed && attempt.route === 'platform' && !isSignedShown) {
      steps.push({ kind: 'signed' });
      isSignedShown = true;
    }
    steps.push({ kind: 'attempt', attempt });
    route = attempt.route;
  }
  if (delivery.status === 'waiting' && delivery.nextTryAt !== null) steps.push({ kind: 'waiting', until: delivery.nextTryAt });
  return [...steps, ...endOf(delivery)];
}

/** The end, and what came before and after it: a report may be faster than the record of the server's yes. */
function endOf({ settledAt, status, reports, recipients, sentAgain }: DeliveryView): CourseStep[] {
  const reported = reports.map((report) => ({ at: report.at, step: { kind: 'reported', report } as const }));
  const again = sentAgain === null ? [] : [{ at: sentAgain.at, step: { kind: 'sent_again', ...sentAgain } as const }];
  const others = [...reported, ...again].sort((a, b) => (a.at < b.at ? -1 : 1));
  if (settledAt === null) return others.map(({ step }) => step);
  const hasComeBack = recipients.some((recipient) => recipient.status === 'bounced');
  return [
    ...others.filter(({ at }) => at < settledAt).map(({ step }) => step),
    { kind: 'settled', at: settledAt, status: hasComeBack ? null : status },
    ...others.filter(({ at }) => at >= settledAt).map(({ step }) => step),
  ];
}
