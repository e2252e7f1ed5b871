import { deliveriesSettled, smtpReplies, takenToSettled, triesEnded } from '../records/dispatcher.metrics.js';
import { type DeliveryInHand } from '../records/rows.js';
import { type Decision } from './decision.js';

/**
 * Counts a written decision in the metrics. A settled delivery is counted when its outcome goes to the outbox, so it is counted only once,
 * whatever becomes known later.
 * @param taken the delivery whose time from intake to settlement is measured; `null` if no time is measured
 */
export function countDecision({ attempt, next, outcome }: Decision, taken: Pick<DeliveryInHand, 'id' | 'datedAt'> | null): void {
  if (attempt !== null && attempt.outcome !== null) {
    const { route, stage, code } = attempt;
    triesEnded.inc({ route, outcome: attempt.outcome, stage: stage ?? 'none' });
    smtpReplies.inc({ route, class: code === null ? 'none' : `${Math.floor(code / 100)}xx` });
  }
  if (next === null || outcome?.type !== 'delivery_settled') return;
  const route = next.route ?? 'none';
  deliveriesSettled.inc({ status: next.status, route });
  if (taken !== null) takenToSettled.observe({ route }, Math.max(0, Date.now() - takenAtMs(taken)) / 1000);
}

/**
 * Returns when the delivery was taken, or the later date from which it was to go out, in milliseconds since the epoch. The id of a delivery
 * is a UUID version 7, which begins with the time in milliseconds.
 */
const takenAtMs = ({ id, datedAt }: Pick<DeliveryInHand, 'id' | 'datedAt'>): number =>
  Math.max(Number.parseInt(`${id.slice(0, 8)}${id.slice(9, 13)}`, 16), datedAt?.getTime() ?? 0);
