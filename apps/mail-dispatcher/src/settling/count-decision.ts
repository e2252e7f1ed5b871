import { deliveriesSettled, smtpReplies, takenToSettled, triesEnded } from '../records/dispatcher.metrics.js';
import { type DeliveryInHand } from '../records/rows.js';
import { type Decision } from './decision.js';

/**
 * Counts what was written of a delivery. A settled one is counted where its outcome is told, so once, whatever is learnt of it later.
 * @param taken the delivery whose time is measured as well
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

/** Its id is a UUID of version 7, which begins with the millisecond; its date is that of the second at which it was to go out. */
const takenAtMs = ({ id, datedAt }: Pick<DeliveryInHand, 'id' | 'datedAt'>): number =>
  Math.max(Number.parseInt(`${id.slice(0, 8)}${id.slice(9, 13)}`, 16), datedAt?.getTime() ?? 0);
