import { deliveriesSettled, smtpReplies, takenToSettled, triesEnded } from '../records/dispatcher.metrics.js';
import { type Decision } from './decision.js';

/**
 * Counts what was written of a delivery. A settled one is counted where its outcome is told, so once, whatever is learnt of it later.
 * @param datedAt when it was taken, or was to go out; `null` where that is not known
 */
export function countDecision({ attempt, next, outcome }: Decision, datedAt: Date | null): void {
  if (attempt !== null && attempt.outcome !== null) {
    const { route, stage, code } = attempt;
    triesEnded.inc({ route, outcome: attempt.outcome, stage: stage ?? 'none' });
    smtpReplies.inc({ route, class: code === null ? 'none' : `${Math.floor(code / 100)}xx` });
  }
  if (next === null || outcome === null) return;
  const route = next.route ?? 'none';
  deliveriesSettled.inc({ status: next.status, route });
  if (datedAt !== null) takenToSettled.observe({ route }, Math.max(0, Date.now() - datedAt.getTime()) / 1000);
}
