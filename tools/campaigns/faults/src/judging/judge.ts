// Compares what the services say about deliveries with what the mail servers took. Pure functions.
import { type AttemptOutcome, type DeliveryStatus, type FailureReason, type RecipientStatus, type Route } from '@billing-mail/contracts';
import { type Promised, type LedgerEntry } from '@billing-mail/tools/stage';

/** `reply`: the server's last reply. */
type RecipientFacts = {
  address: string;
  status: RecipientStatus;
  uncertainEnds: number;
  reason?: string | null;
  reply?: string | null;
};

/** A try and the server's reply in it. */
type AttemptFacts = {
  route: Route;
  outcome: AttemptOutcome | null;
  stage: string | null;
  reason: string | null;
  code: number | null;
  reply: string | null;
};

/** A delivery as PostgreSQL stores it, and what the people concerned were told. */
export type DeliveryFacts = {
  key: string;
  teamId: string;
  status: DeliveryStatus;
  usedFallback: boolean;
  /** Whether the team lets its mail go out by the platform: as its route, or as its fallback. */
  mayUsePlatform: boolean;
  /** One for each route that the delivery may take. */
  messageIds: string[];
  recipients: RecipientFacts[];
  /** The reason why it ended as it did, as it is shown. */
  failure: FailureReason | null;
  attempts: AttemptFacts[];
  /** Number of its outcomes that somebody must be told of and nobody has acted on. */
  untold: number;
};

/**
 * How many of a team's deliveries the clerk should have been told of, and was told of; one notification may count several. `doubted`:
 * deliveries that were sent in the end, but may have been reported as doubtful before.
 */
export type Telling = { teamId: string; due: number; doubted: number; told: number };

export type Totals = {
  deliveries: number;
  recipients: number;
  accepted: number;
  failed: number;
  uncertain: number;
  /** Further copies that a recipient got after the first, each with a logged doubt. */
  doubtfulCopies: number;
  lost: number;
  falselySent: number;
  falselyFailed: number;
  /** Copies that nothing excuses. */
  duplicates: number;
  changedBytes: number;
  untold: number;
  unsettled: number;
};

export const NO_TOTALS: Totals = {
  deliveries: 0,
  recipients: 0,
  accepted: 0,
  failed: 0,
  uncertain: 0,
  doubtfulCopies: 0,
  lost: 0,
  falselySent: 0,
  falselyFailed: 0,
  duplicates: 0,
  changedBytes: 0,
  untold: 0,
  unsettled: 0,
};

export const addTotals = (one: Totals, other: Totals): Totals =>
  Object.fromEntries(Object.entries(one).map(([name, value]) => [name, value + other[name as keyof Totals]])) as Totals;

export type Judgement = { totals: Totals; breaches: string[] };

const SETTLED: ReadonlySet<DeliveryStatus> = new Set(['sent', 'partly_sent', 'failed', 'uncertain', 'cancelled']);

/** How many further copies a recipient with a recorded doubt may get: with `hold` none, with `retry` one. */
const COPIES_IN_DOUBT = { hold: 0, retry: 1 } as const;

export function judge(
  promised: readonly Promised[],
  deliveries: readonly DeliveryFacts[],
  tellings: readonly Telling[],
  ledger: readonly LedgerEntry[],
  policy: 'retry' | 'hold',
): Judgement {
  const totals = { ...NO_TOTALS };
  const breaches: string[] = [];
  const breach = (kind: keyof Totals, key: string, what: string): void => {
    totals[kind] += 1;
    breaches.push(`${key}: ${what}`);
  };
  const byKey = new Map(deliveries.map((delivery) => [`${delivery.teamId} ${delivery.key}`, delivery]));
  const byMessage = groupBy(ledger, ({ messageId }) => messageId);
  for (const promise of promised) {
    const delivery = byKey.get(`${promise.teamId} ${promise.key}`);
    if (delivery === undefined) {
      breach('lost', promise.key, 'was acknowledged and is not there');
      continue;
    }
    totals.deliveries += 1;
    const known = new Set(delivery.recipients.map(({ address }) => address));
    for (const address of promise.recipients)
      if (!known.has(address)) breach('lost', promise.key, `${address} is not among its recipients`);
    const taken = delivery.messageIds.flatMap((messageId) => byMessage.get(messageId) ?? []);
    judgeRecipients(delivery, taken, policy, totals, (kind, what) => breach(kind, delivery.key, what));
    judgeDelivery(delivery, taken, (kind, what) => breach(kind, delivery.key, what));
  }
  for (const { teamId, due, doubted, told } of tellings)
    if (told < due || told > due + doubted) breach('untold', teamId, `${due} troubles to tell and ${doubted} doubts, ${told} told`);
  return { totals, breaches };
}

type Breach = (kind: keyof Totals, what: string) => void;

function judgeRecipients(delivery: DeliveryFacts, taken: LedgerEntry[], policy: 'retry' | 'hold', totals: Totals, breach: Breach): void {
  const doubtLogged = delivery.attempts.some(({ outcome }) => outcome === 'uncertain');
  for (const { address, status, uncertainEnds } of delivery.recipients) {
    totals.recipients += 1;
    if (status === 'accepted') totals.accepted += 1;
    if (status === 'uncertain') totals.uncertain += 1;
    if (status === 'rejected' || status === 'cancelled') totals.failed += 1;
    const copies = taken.filter(({ recipients }) => recipients.includes(address)).length;
    if (status === 'accepted' && copies === 0) breach('falselySent', `${address} is "accepted", no server took it`);
    if ((status === 'rejected' || status === 'cancelled') && copies > 0)
      breach('falselyFailed', `${address} is "${status}", a server took it`);
    const excused = doubtLogged && uncertainEnds > 0 ? COPIES_IN_DOUBT[policy] : 0;
    if (copies > 1 + excused) breach('duplicates', `${address} got ${copies} copies with ${uncertainEnds} logged doubts`);
    else if (copies > 1) totals.doubtfulCopies += copies - 1;
  }
}

function judgeDelivery(delivery: DeliveryFacts, taken: LedgerEntry[], breach: Breach): void {
  const { status, untold, usedFallback, mayUsePlatform, attempts } = delivery;
  if (!SETTLED.has(status)) breach('unsettled', `is "${status}"`);
  else if (untold > 0) breach('untold', `is "${status}${usedFallback ? '" by the fallback' : '"'} and nobody was told`);
  const wentToPlatform = attempts.some(({ route }) => route === 'platform') || taken.some(({ server }) => server === 'platform');
  if (wentToPlatform && !mayUsePlatform) breach('duplicates', 'went to the platform although the team does not allow it');
  // Each route has one message, however often its server changes.
  for (const [messageId, entries] of groupBy(taken, (entry) => entry.messageId)) {
    const hashes = new Set(entries.map(({ sha256 }) => sha256)).size;
    if (hashes > 1) breach('changedBytes', `${hashes} different messages called ${messageId}`);
  }
}

function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return groups;
}
