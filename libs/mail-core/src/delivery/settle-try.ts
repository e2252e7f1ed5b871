// Decides what follows from a try: the new state of each recipient, and whether the delivery waits, changes its route or is settled.
import { type FailureCode, type RecipientStatus, type Route } from '@billing-mail/contracts';
import { retryDelayMs, withJitter, TRIES_PER_ROUTE, UNCERTAIN_ENDS_ALLOWED, type UncertainPolicy } from '../policy/retry-policy.js';
import { isNonexistentRecipient } from '../replies/classify-reply.js';
import { wayStopped } from '../policy/server-limits.js';
import { type Verdict } from '../replies/verdict.js';
import { type SettledStatus, settledStatus } from './delivery-states.js';
import { type RecipientResult } from './recipient-result.js';

/** The part of a recipient that the decision needs. */
export type RecipientState = {
  position: number;
  status: RecipientStatus;
  /** How often the end of data was sent for this recipient and never answered. */
  uncertainEnds: number;
  reason: FailureCode | null;
  reply: string | null;
  /** Route on which the recipient reached this state. */
  route: Route | null;
};

export type TryResult = {
  route: Route;
  /** Tries that the route has had, this one included. */
  triesUsed: number;
  results: readonly RecipientResult[];
  /** Why the recipients without a result were not reached. */
  failure: Verdict | null;
  /** How long the route waits because this try met a limit of the server, in milliseconds. Such a try does not count. */
  heldUpMs?: number | null;
};

export type DeliveryPolicy = {
  retryDelaysMs: readonly number[];
  uncertainPolicy: UncertainPolicy;
  /** Whether recipients may go out by the platform once the team's own server has had its tries. */
  fallback: boolean;
};

type NextStep =
  | { kind: 'wait'; afterMs: number }
  /** The delivery waits for a limit of the server; no try was spent. */
  | { kind: 'held_up'; afterMs: number }
  /** The team's own server has had its tries: the open recipients go out by the platform, at once. */
  | { kind: 'fall_back' }
  | { kind: 'settled'; status: SettledStatus };

export type Settlement = { recipients: RecipientState[]; next: NextStep };

/** Decides what follows from a try. Pure: the same arguments give the same settlement. */
export function settleTry(recipients: readonly RecipientState[], tried: TryResult, policy: DeliveryPolicy, random: number): Settlement {
  const results = new Map(tried.results.map((result) => [result.position, result]));
  const after = recipients.map((recipient) => applyResult(recipient, results.get(recipient.position), tried, policy));
  if (typeof tried.heldUpMs === 'number') return conclude(after, { kind: 'held_up', afterMs: withJitter(tried.heldUpMs, random) });
  // If every document would fail alike and there is another route, do not spend three tries each.
  const isForNothing = isHopeless(after, results) || (policy.fallback && wayStopped(tried) !== null);
  if (tried.triesUsed < TRIES_PER_ROUTE && !isForNothing)
    return conclude(after, { kind: 'wait', afterMs: waitAfter(after, tried, policy, random) });
  return exhaust(after, tried.route, policy.fallback);
}

/**
 * Returns the wait before the next try, in milliseconds. If the server named times, the longest one counts: any earlier, it would refuse
 * some of the recipients again.
 */
function waitAfter(
  after: readonly RecipientState[],
  { results, failure, triesUsed }: TryResult,
  policy: DeliveryPolicy,
  random: number,
): number {
  const open = new Set(after.flatMap(({ position, status }) => (status === 'pending' ? [position] : [])));
  const verdicts = results.flatMap((result) => (result.outcome === 'refused' && open.has(result.position) ? [result.verdict] : []));
  const asked = [failure, ...verdicts].flatMap((verdict) => verdict?.askedWaitMs ?? []);
  return asked.length > 0 ? withJitter(Math.max(...asked), random) : retryDelayMs(triesUsed, policy.retryDelaysMs, random);
}

/** No open recipient can be reached by this route, whatever is tried, so no more time is spent on it. */
function isHopeless(after: readonly RecipientState[], results: ReadonlyMap<number, RecipientResult>): boolean {
  return after.every(({ position, status }) => {
    const result = results.get(position);
    return status !== 'pending' || (result?.outcome === 'refused' && result.verdict.reason === 'recipient_needs_smtputf8');
  });
}

/**
 * Settles the open recipients of a route that has had its tries or no longer exists. Recipients in doubt become uncertain; the others fall
 * back or are rejected.
 */
export function exhaust(recipients: readonly RecipientState[], route: Route, fallback: boolean): Settlement {
  const after = recipients.map((recipient): RecipientState => {
    if (recipient.status !== 'pending') return recipient;
    // A recipient who may already have the mail never changes route: that would be a second mail with another sender.
    if (recipient.uncertainEnds > 0) return { ...recipient, status: 'uncertain' };
    return route === 'custom' && fallback ? recipient : { ...recipient, status: 'rejected' };
  });
  return conclude(after, { kind: 'fall_back' });
}

/** Settles the pending recipients, except those for whom the end of data has been sent and not yet answered. */
export function cancelOpen(recipients: readonly RecipientState[], isInFinal: (position: number) => boolean): RecipientState[] {
  return recipients.map((recipient): RecipientState => {
    if (recipient.status !== 'pending' || isInFinal(recipient.position)) return recipient;
    return { ...recipient, status: recipient.uncertainEnds > 0 ? 'uncertain' : 'cancelled' };
  });
}

function conclude(recipients: RecipientState[], otherwise: NextStep): Settlement {
  const status = settledStatus(recipients.map((recipient) => recipient.status));
  return { recipients, next: status === null ? otherwise : { kind: 'settled', status } };
}

function applyResult(
  recipient: RecipientState,
  result: RecipientResult | undefined,
  tried: TryResult,
  policy: DeliveryPolicy,
): RecipientState {
  if (result?.outcome === 'accepted') {
    // This also holds for a recipient who was cancelled or given up as uncertain in the meantime: the server's acceptance is the truth.
    return { ...recipient, status: 'accepted', reason: null, reply: result.reply, route: tried.route };
  }
  if (recipient.status !== 'pending') return recipient;
  const verdict = result?.verdict ?? tried.failure;
  if (verdict === null) return recipient;
  const noted = { ...recipient, reason: verdict.reason, reply: verdict.reply, route: tried.route };
  if (result?.outcome === 'uncertain') {
    const uncertainEnds = recipient.uncertainEnds + 1;
    return { ...noted, uncertainEnds, status: uncertainEnds >= UNCERTAIN_ENDS_ALLOWED[policy.uncertainPolicy] ? 'uncertain' : 'pending' };
  }
  if (result?.outcome === 'refused' && isNonexistentRecipient(verdict)) {
    return { ...noted, status: recipient.uncertainEnds > 0 ? 'uncertain' : 'rejected' };
  }
  // An earlier doubt outweighs a later failure: the user must read the reason for the doubt.
  return recipient.uncertainEnds > 0 ? { ...recipient, reply: recipient.reply ?? verdict.reply } : noted;
}
