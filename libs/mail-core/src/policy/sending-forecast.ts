// Forecasts when the last delivery that waits for an account goes out, from the account's limits and what it has sent.
import { type SendingLimits } from '@billing-mail/contracts';
import { type PaceWindows, SendingPace, type SentBefore, type Size } from './sending-pace.js';

/** Deliveries that are due at the same time, with the total of their messages and recipients. */
export type WaitingGroup = Size & { deliveries: number; dueInMs: number };

/**
 * `endsInMs`: when the last delivery goes out, in milliseconds from now, not counting the sending itself. `held`: how many deliveries go
 * out later than they are due because of the limits.
 */
export type Foretold = { endsInMs: number; held: number };

/** Deliveries that are planned between two yields: less than a millisecond of work. */
const DELIVERIES_A_TURN = 200;

/**
 * Returns the forecast, or `null` if nothing waits or the account has no limit per minute or per day. Yields now and then, because planning
 * a million deliveries takes seconds.
 */
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

/** Spreads the totals of a group over its deliveries as evenly as possible. Which delivery is larger makes no difference to the end. */
const sizeOf = ({ deliveries, messages, recipients, dueInMs }: WaitingGroup, index: number): Size & { dueInMs: number } => ({
  messages: share(messages, deliveries, index),
  recipients: share(recipients, deliveries, index),
  dueInMs,
});

const share = (total: number, parts: number, index: number): number =>
  Math.floor(((index + 1) * total) / parts) - Math.floor((index * total) / parts);
