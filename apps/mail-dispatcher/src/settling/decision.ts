// Decides what is written after a try, or after anything else that ends a claim. The functions are pure: they work on the state that the
// caller passes.
import { type AttemptOutcome, type FailureReason, type Route } from '@billing-mail/contracts';
import {
  doubtOf,
  reasonOf,
  type RecipientResult,
  type RecipientState,
  type SettledStatus,
  type Settlement,
  transition,
  type Verdict,
  wayStopped,
} from '@billing-mail/mail-core';
import { laneOf } from '../records/lanes.js';
import { type DeliveryState, type RecipientRow } from '../records/rows.js';
import { type WayFailed } from '../records/incidents.js';
import { type RecordedAttempt, type SettleWrite } from '../records/settle-statement.js';
import { toInDoubtEvent, toSettledEvent } from './settled-event.js';
import { type TryReport } from './try-report.js';

export type Decision = Pick<SettleWrite, 'recipients' | 'attempt' | 'takenBack' | 'next' | 'outcome' | 'wayFailed'> & {
  /** All recipients in their state after the decision. */
  after: readonly RecipientRow[];
};

const CANCELLED: FailureReason = { code: 'cancelled', server: null, reply: null };
const NOTHING = { attempt: null, takenBack: null, next: null, outcome: null, wayFailed: null } as const;

/** Returns a decision that changes only recipients; the delivery goes on as it is. */
export function recipientsOnly(state: DeliveryState, after: readonly RecipientState[]): Decision {
  return { ...NOTHING, recipients: changed(state.recipients, after), after: after as RecipientRow[] };
}

/**
 * Returns the decision by which a delivery waits, falls back or is settled. It has an outcome if the delivery is settled, or if recipients
 * have just become uncertain.
 */
export function toDecision(
  state: DeliveryState,
  { recipients, next }: Settlement,
  context: { triedRoute: Route | null; failure: FailureReason | null; fingerprint?: string },
): Decision {
  const after = recipients as RecipientRow[];
  const usedFallback = state.usedFallback || next.kind === 'fall_back';
  const failure =
    next.kind === 'settled'
      ? whyItEnded(state, after, { ...context, ...next, usedFallback })
      : (knownDoubt(state, after, context.failure) ?? context.failure ?? state.failure);
  const route = next.kind === 'fall_back' ? 'platform' : state.route;
  const written = {
    status: transition(state.status, next.kind === 'settled' ? next.status : 'waiting'),
    route,
    lane: laneOf(state.teamId, route ?? 'custom'),
    usedFallback,
    failure,
    triedRoute: context.triedRoute,
    fingerprint: context.fingerprint ?? null,
    dueInMs: dueIn(next),
    postponed: false,
  };
  return { ...recipientsOnly(state, after), next: written, outcome: outcomeOf(next, { ...state, ...written }, after, state.recipients) };
}

function outcomeOf(
  next: Settlement['next'],
  delivery: DeliveryState,
  after: readonly RecipientRow[],
  before: readonly RecipientState[],
): Decision['outcome'] {
  if (next.kind === 'settled') return toSettledEvent({ ...delivery, status: next.status }, after);
  return after.some(({ status }, index) => status === 'uncertain' && before[index]?.status !== 'uncertain')
    ? toInDoubtEvent(delivery, after)
    : null;
}

type Ending = { status: SettledStatus; usedFallback: boolean; failure: FailureReason | null };

function whyItEnded(state: DeliveryState, after: readonly RecipientRow[], { status, usedFallback, failure }: Ending): FailureReason | null {
  // If a fallback worked, the reason is the failure of the team's own server.
  if (status === 'sent') return usedFallback ? state.failure : null;
  // If all recipients without the message were cancelled, the cancellation is the reason, not an earlier trouble of a server.
  const isCancelled = after.every((recipient) => recipient.status === 'accepted' || recipient.status === 'cancelled');
  if (isCancelled) return CANCELLED;
  const doubted = after.find(isInDoubt);
  if (doubted === undefined) return failure ?? state.failure;
  // If the reason why the delivery waited has replaced the doubt, its server and reply are no longer known, but the doubt itself still is.
  return knownDoubt(state, after, failure) ?? { code: doubtOf(doubted.reason), server: null, reply: null };
}

const isInDoubt = ({ status, uncertainEnds }: RecipientState): boolean =>
  uncertainEnds > 0 && (status === 'pending' || status === 'uncertain');

/**
 * Returns the recorded doubt; `null` if there is none. A doubt outweighs a later failure, as it does for the recipients: people who read
 * only of the failure would send the document again without asking whether it has arrived.
 */
function knownDoubt(state: DeliveryState, after: readonly RecipientRow[], latest: FailureReason | null): FailureReason | null {
  if (!after.some(isInDoubt)) return null;
  return [latest, state.failure].find((failure) => failure?.code === 'no_final_reply') ?? null;
}

function dueIn(next: Settlement['next']): number | null {
  if (next.kind === 'settled') return null;
  return next.kind === 'fall_back' ? 0 : next.afterMs;
}

/** Returns the decision that gives a delivery back untried, due again after `afterMs`. No try is counted. */
export function toPostponement(
  state: DeliveryState,
  afterMs: number,
  failure: FailureReason | null,
  fingerprint: string | null = null,
): Decision {
  const { teamId, route, usedFallback, tries } = state;
  const status = transition(state.status, tries.custom + tries.platform === 0 ? 'queued' : 'waiting');
  const next = {
    status,
    route,
    lane: laneOf(teamId, route ?? 'custom'),
    usedFallback,
    triedRoute: null,
    fingerprint,
    dueInMs: afterMs,
  };
  return { ...recipientsOnly(state, state.recipients), next: { ...next, failure: failure ?? state.failure, postponed: true } };
}

/** Returns the row of a try. `outcome` is `null` while more of the try follows. */
export function toAttempt(report: TryReport, outcome: AttemptOutcome | null): RecordedAttempt {
  const { attemptId: id, number, route, claimId, facts, message } = report;
  return { ...facts, id, number, route, claimId, outcome, message };
}

export function attemptOutcome(results: readonly RecipientResult[], failure: Verdict | null): AttemptOutcome {
  if (results.some(({ outcome }) => outcome === 'uncertain')) return 'uncertain';
  const accepted = results.filter(({ outcome }) => outcome === 'accepted').length;
  if (accepted === 0) return 'failed';
  return accepted === results.length && failure === null ? 'accepted' : 'partial';
}

/**
 * Returns the failure to show for the delivery: that of a recipient in doubt, else that of the try as a whole, else the first refusal;
 * `null` if there is none.
 */
export function failureOf({ failure, results, facts }: Pick<TryReport, 'failure' | 'results' | 'facts'>): FailureReason | null {
  const troubled = results.filter((result) => result.outcome !== 'accepted');
  const verdict = troubled.find(({ outcome }) => outcome === 'uncertain')?.verdict ?? failure ?? troubled[0]?.verdict ?? null;
  return verdict && reasonOf(verdict, facts.server);
}

/**
 * Returns why the route failed; `null` if it accepted a recipient, or if the trouble concerns the message, a recipient or a limit that
 * passes. The failure opens an incident at once if somebody has to change something, or if the delivery has lost its route because of it;
 * otherwise an incident opens only if the failures go on.
 */
export function wayFailedBy(teamId: string, report: TryReport, next: Settlement['next']): WayFailed | null {
  const verdict = wayStopped(report) ?? (next.kind === 'held_up' ? null : troubleOfWay(report));
  if (verdict === null) return null;
  const { reason: code, reply, lasting } = verdict;
  const opens = lasting === 'permanent' || verdict.stopsWay === true || next.kind === 'fall_back' || next.kind === 'settled';
  return { teamId, route: report.route, code, server: report.facts.server, reply, opens };
}

/**
 * Returns the trouble of the route itself, which every message would meet; `null` if there is none, or if the server accepted a recipient.
 */
export function troubleOfWay({ failure, results }: TryReport): Verdict | null {
  if (results.some(({ outcome }) => outcome === 'accepted')) return null;
  const isOfWay = (verdict: Verdict): boolean => verdict.scope === 'route' && verdict.lasting !== 'uncertain';
  if (failure !== null) return isOfWay(failure) ? failure : null;
  const refused = results.find((result) => result.outcome === 'refused' && isOfWay(result.verdict));
  return refused?.outcome === 'refused' ? refused.verdict : null;
}

/**
 * Applies results that became known late. Only acceptances change anything, because they are true whatever was decided meanwhile. A bounced
 * recipient stays bounced, because the server had accepted the message before it bounced.
 */
export function applyLateResults(
  before: readonly RecipientRow[],
  report: { route: Route; results: readonly RecipientResult[] },
): RecipientRow[] {
  const accepted = new Map(
    report.results.flatMap((result) => (result.outcome === 'accepted' ? [[result.position, result.reply] as const] : [])),
  );
  return before.map((recipient) =>
    recipient.status !== 'accepted' && recipient.status !== 'bounced' && accepted.has(recipient.position)
      ? { ...recipient, status: 'accepted', reason: null, reply: accepted.get(recipient.position) ?? null, route: report.route }
      : recipient,
  );
}

/**
 * Returns the recipients that have changed. Both lists hold the same recipients in the same order. An unchanged recipient is usually the
 * same object, so only a few of thousands are compared by value.
 */
function changed(before: readonly RecipientState[], after: readonly RecipientState[]): RecipientState[] {
  return after
    .filter((recipient, index) => recipient !== before[index] && !sameState(recipient, before[index]))
    .map(({ position, status, route, reason, reply, uncertainEnds }) => ({ position, status, route, reason, reply, uncertainEnds }));
}

const sameState = (one: RecipientState, other: RecipientState | undefined): boolean =>
  one.position === other?.position &&
  one.status === other.status &&
  one.route === other.route &&
  one.reason === other.reason &&
  one.reply === other.reply &&
  one.uncertainEnds === other.uncertainEnds;
