// From what a try came to, or from whatever else ends a claim, to what is written: pure, over the state that the caller knows.
import { type AttemptOutcome, type FailureReason, type Route } from '@billing-mail/contracts';
import {
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
  /** All recipients as they will be. */
  after: readonly RecipientRow[];
};

const CANCELLED: FailureReason = { code: 'cancelled', server: null, reply: null };
const NOTHING = { attempt: null, takenBack: null, next: null, outcome: null, wayFailed: null } as const;

/** Recipients change, the delivery goes on as it is. */
export function recipientsOnly(state: DeliveryState, after: readonly RecipientState[]): Decision {
  return { ...NOTHING, recipients: changed(state.recipients, after), after: after as RecipientRow[] };
}

/** The delivery waits, falls back or is settled; a settled one tells so, and one that goes on tells new doubts that it leaves behind. */
export function toDecision(
  state: DeliveryState,
  { recipients, next }: Settlement,
  context: { triedRoute: Route | null; failure: FailureReason | null; fingerprint?: string },
): Decision {
  const after = recipients as RecipientRow[];
  const usedFallback = state.usedFallback || next.kind === 'fall_back';
  const failure =
    next.kind === 'settled' ? whyItEnded(state, after, { ...context, ...next, usedFallback }) : (context.failure ?? state.failure);
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
  // A fallback that worked is explained by why the custom server did not.
  if (status === 'sent') return usedFallback ? state.failure : null;
  // Where all who did not get it were cancelled, no server's trouble before that is the reason.
  const isCancelled = after.every((recipient) => recipient.status === 'accepted' || recipient.status === 'cancelled');
  return isCancelled ? CANCELLED : (failure ?? state.failure);
}

function dueIn(next: Settlement['next']): number | null {
  if (next.kind === 'settled') return null;
  return next.kind === 'fall_back' ? 0 : next.afterMs;
}

/** Given back untried for a reason of ours: its tries stay whole. */
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

/** The row of a try; without an outcome while more of it is to come. */
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

/** The failure to show for the delivery: that of the try as a whole, else the worst answer to a recipient. */
export function failureOf({ failure, results, facts }: TryReport): FailureReason | null {
  const troubled = results.filter((result) => result.outcome !== 'accepted');
  const verdict = failure ?? (troubled.find(({ outcome }) => outcome === 'uncertain') ?? troubled[0])?.verdict ?? null;
  return verdict && reasonOf(verdict, facts.server);
}

/**
 * What the way out failed by; `null` where it took somebody, or where the trouble is the message's, a recipient's or a limit that passes.
 * What somebody has to change, and what cost a delivery its way, is an incident at once; what may pass by itself becomes one as it goes on.
 */
export function wayFailedBy(teamId: string, report: TryReport, next: Settlement['next']): WayFailed | null {
  const verdict = wayStopped(report) ?? (next.kind === 'held_up' ? null : troubleOfWay(report));
  if (verdict === null) return null;
  const { reason: code, reply, lasting } = verdict;
  const opens = lasting === 'permanent' || verdict.stopsWay === true || next.kind === 'fall_back' || next.kind === 'settled';
  return { teamId, route: report.route, code, server: report.facts.server, reply, opens };
}

/** The trouble of the way itself, which every message would meet; `null` where the way took somebody. */
export function troubleOfWay({ failure, results }: TryReport): Verdict | null {
  if (results.some(({ outcome }) => outcome === 'accepted')) return null;
  const isOfWay = (verdict: Verdict): boolean => verdict.scope === 'route' && verdict.lasting !== 'uncertain';
  if (failure !== null) return isOfWay(failure) ? failure : null;
  const refused = results.find((result) => result.outcome === 'refused' && isOfWay(result.verdict));
  return refused?.outcome === 'refused' ? refused.verdict : null;
}

/** Accepted is accepted, whatever else was decided meanwhile, and what came back had been accepted. Other results change nothing here. */
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

/** Both lists name the same recipients in the same order. Whoever nothing happened to is the same object: of thousands only the few are compared. */
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
