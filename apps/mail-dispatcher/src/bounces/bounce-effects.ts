// Decides what follows from a report for a settled delivery. Pure: works on the state read under the lock.
import { type BounceClass, type DeliveryBouncedEvent, namedBy } from '@billing-mail/contracts';
import { saysDeadAddress, settledStatus, transition } from '@billing-mail/mail-core';
import { type DeliveryState, type RecipientRow } from '../records/rows.js';
import { type NewOutcome } from '../records/outbox.store.js';
import { type Decision, toDecision } from '../settling/decision.js';
import { type Finding } from './findings.js';

/** Most recipients that an event names. */
const NAMED = 50;

/** `isDead`: the address is remembered, so that the team is warned before it writes there again. */
export type Bounced = { recipient: RecipientRow; finding: Finding; isDead: boolean };

/** Whether the recipient's message may have been passed on, so that it may come back. */
export const mayStillBounce = ({ status }: Pick<RecipientRow, 'status'>): boolean => status === 'accepted' || status === 'uncertain';

/** Returns the accepted or uncertain recipients whose message came back. If several reports concern one recipient, the first counts. */
export function newlyBounced(state: DeliveryState, findings: readonly Finding[]): Bounced[] {
  const byPosition = new Map<number | null, Finding[]>();
  for (const finding of findings) byPosition.set(finding.position, [...(byPosition.get(finding.position) ?? []), finding]);
  return state.recipients.flatMap((recipient) => {
    const about = byPosition.get(recipient.position) ?? [];
    const finding = about.find(({ kind }) => kind === 'bounced');
    if (finding === undefined || !mayStillBounce(recipient)) return [];
    // A mailing list with one dead member is not dead itself: then the report has other results for the list as well.
    return [{ recipient, finding, isDead: about.every((each) => each.kind === 'bounced' && saysDeadAddress(each)) }];
  });
}

/** Marks the recipients as bounced, and decides the status that the delivery has then. */
export function decideBounced(state: DeliveryState, bounced: readonly Bounced[]): Decision {
  const by = new Map(bounced.map(({ recipient, finding }) => [recipient.position, finding]));
  const after = state.recipients.map((recipient): RecipientRow => {
    const finding = by.get(recipient.position);
    return finding === undefined ? recipient : { ...recipient, status: 'bounced', reason: 'bounced', reply: finding.diagnostic };
  });
  const status = settledStatus(after.map((recipient) => recipient.status));
  if (status === null) throw new Error(`Delivery ${state.id} is not settled.`);
  const failure = { code: 'bounced', server: null, reply: bounced[0]?.finding.diagnostic ?? null } as const;
  const decision = toDecision(
    state,
    { recipients: after, next: { kind: 'settled', status: statusAfter(state, status) } },
    // A failure that was reported before remains the one that is shown.
    { triedRoute: null, failure: state.status === 'sent' ? failure : (state.failure ?? failure) },
  );
  return { ...decision, outcome: null };
}

const statusAfter = <Status extends Parameters<typeof transition>[1]>({ status: from }: DeliveryState, to: Status): Status => {
  transition(from, to);
  return to;
};

/** The event to send; `about` is empty if the report does not show which recipients it concerns. */
export function toBouncedEvent(
  state: DeliveryState,
  what: DeliveryBouncedEvent['what'],
  about: readonly { recipient: Pick<RecipientRow, 'address' | 'role'>; class: BounceClass | null; reply: string | null }[],
  unknown: Pick<Finding, 'class' | 'diagnostic'> | null = null,
): NewOutcome {
  const { id, key, document, subject, status, recipients } = state;
  const accepted = recipients.filter((recipient) => recipient.status === 'accepted').length;
  return {
    type: 'delivery_bounced',
    teamId: state.teamId,
    requestedBy: namedBy(state.requestedBy),
    notifyUserIds: state.look?.notifyUserIds ?? [],
    teamLocale: state.look?.locale ?? null,
    what,
    delivery: {
      ...{ id, key, document, subject, status },
      counts: { recipients: recipients.length, accepted },
      recipients: about.slice(0, NAMED).map(({ recipient: { address, role }, class: of, reply }) => ({
        ...{ address, role, reply },
        class: of ?? 'other',
      })),
      class: unknown?.class ?? null,
      reply: unknown?.diagnostic ?? null,
    },
  };
}
