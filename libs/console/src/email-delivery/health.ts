import { type DeliveryStatus } from '@billing-mail/contracts';

export type Health = { total: number; sent: number; underWay: number; fellBack: number; trouble: number; isCapped: boolean };

/** As many as one page of the log holds. */
export const HEALTH_SAMPLE = 200;

const DAY_MS = 24 * 60 * 60 * 1000;

const KIND: Record<DeliveryStatus, 'sent' | 'underWay' | 'trouble' | null> = {
  queued: 'underWay',
  sending: 'underWay',
  waiting: 'underWay',
  sent: 'sent',
  partly_sent: 'trouble',
  failed: 'trouble',
  uncertain: 'trouble',
  // Somebody wanted it so.
  cancelled: null,
};

/** How the deliveries of the 24 hours before `nowMs` went, of the newest page of the log; capped when that page does not reach back so far. */
export function countHealth(
  newest: readonly { status: DeliveryStatus; usedFallback: boolean; createdAt: string }[],
  nowMs: number,
): Health {
  const recent = newest.filter(({ createdAt }) => Date.parse(createdAt) > nowMs - DAY_MS);
  const count = (kind: string): number => recent.filter(({ status }) => KIND[status] === kind).length;
  return {
    total: recent.length,
    sent: count('sent'),
    fellBack: recent.filter(({ status, usedFallback }) => usedFallback && status === 'sent').length,
    underWay: count('underWay'),
    trouble: count('trouble'),
    isCapped: recent.length === newest.length && newest.length >= HEALTH_SAMPLE,
  };
}
