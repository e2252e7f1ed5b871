// When the last of what waits for an account goes, by its limits and what it has sent.
import { type SendingLimits } from '@billing-mail/contracts';
import { type PaceWindows, SendingPace, type SentBefore, type Size } from './sending-pace.js';

/** Deliveries that are due together, with their messages and recipients in all. */
export type WaitingGroup = Size & { deliveries: number; dueInMs: number };

/** When the last goes, in milliseconds from now and without the sending itself, and how many of them their limits let go later than they are due. */
export type Foretold = { endsInMs: number; held: number };

/** Deliveries between two turns: less than a millisecond of work. */
const DELIVERIES_A_TURN = 200;

/** `null` where nothing waits, or no limit says how much goes in which time. Yields now and then: a run of a million takes seconds. */
export function* foretellEnd(
  limits: SendingLimits,
  windows: PaceWindows,
  sent: readonly SentBefore[],
  waiting: readonly WaitingGroup[],
): Generator<undefined, Foretold | null> {
  if (limits.messagesPerMinute === undefined && limits.recipientsPerDay === undefined) return null;
  const pace = new SendingPace(limits, windows);
  pace.noteBefore(sent, 0);
  const waitOf = pace.planner(0);
  let [count, held, endsInMs] = [0, 0, 0];
  for (const group of [...waiting].sort((a, b) => a.dueInMs - b.dueInMs)) {
    for (let index = 0; index < group.deliveries; index += 1) {
      endsInMs = waitOf(sizeOf(group, index));
      if (endsInMs > group.dueInMs) held += 1;
      count += 1;
      if (count % DELIVERIES_A_TURN === 0) yield;
    }
  }
  return count === 0 ? null : { endsInMs, held };
}

/** As alike as can be: which of them is larger makes no difference to the end. */
const sizeOf = ({ deliveries, messages, recipients, dueInMs }: WaitingGroup, index: number): Size & { dueInMs: number } => ({
  messages: share(messages, deliveries, index),
  recipients: share(recipients, deliveries, index),
  dueInMs,
});

const share = (total: number, parts: number, index: number): number =>
  Math.floor(((index + 1) * total) / parts) - Math.floor((index * total) / parts);
