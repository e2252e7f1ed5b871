// When the last of what waits for an account goes, by its limits and what it has sent.
import { type SendingLimits } from '@billing-mail/contracts';
import { type PaceWindows, SendingPace, type SentBefore, type Size } from './sending-pace.js';

/** Deliveries that are due together, with their messages and recipients in all. */
export type WaitingGroup = Size & { deliveries: number; dueInMs: number };

/** When the last goes, in milliseconds from now and without the sending itself, and how many of them their limits let go later than they are due. */
export type Foretold = { endsInMs: number; held: number };

/** `null` where nothing waits, or no limit says how much goes in which time. */
export function foretellEnd(
  limits: SendingLimits,
  windows: PaceWindows,
  sent: readonly SentBefore[],
  waiting: readonly WaitingGroup[],
): Foretold | null {
  if (limits.messagesPerMinute === undefined && limits.recipientsPerDay === undefined) return null;
  const pace = new SendingPace(limits, windows);
  pace.noteBefore(sent, 0);
  const sizes = [...waiting].sort((a, b) => a.dueInMs - b.dueInMs).flatMap(sizesOf);
  const plan = pace.plan(sizes, 0);
  const endsInMs = plan.at(-1);
  return endsInMs === undefined ? null : { endsInMs, held: plan.filter((at, index) => at > (sizes[index]?.dueInMs ?? 0)).length };
}

/** As alike as can be: which of them is larger makes no difference to the end. */
const sizesOf = ({ deliveries, messages, recipients, dueInMs }: WaitingGroup): (Size & { dueInMs: number })[] =>
  Array.from({ length: deliveries }, (_, index) => ({
    messages: share(messages, deliveries, index),
    recipients: share(recipients, deliveries, index),
    dueInMs,
  }));

const share = (total: number, parts: number, index: number): number =>
  Math.floor(((index + 1) * total) / parts) - Math.floor((index * total) / parts);
