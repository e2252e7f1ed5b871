// What happened to a delivery, in order, as the timeline shows it. Pure: made from the delivery alone.
import { type AttemptView, type DeliveryView } from '@billing-mail/contracts';

export type CourseStep =
  | { kind: 'queued'; at: string }
  | { kind: 'signed' }
  | { kind: 'attempt'; attempt: AttemptView }
  | { kind: 'fell_back'; at: string }
  | { kind: 'waiting'; until: string }
  | { kind: 'settled'; at: string; status: DeliveryView['status'] };

/** The steps of a delivery, the oldest first. */
export function courseOf(delivery: DeliveryView): CourseStep[] {
  const steps: CourseStep[] = [{ kind: 'queued', at: delivery.createdAt }];
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
  if (delivery.settledAt !== null) steps.push({ kind: 'settled', at: delivery.settledAt, status: delivery.status });
  return steps;
}
