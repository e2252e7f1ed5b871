// Statement 3, settled: one conditional statement writes what follows from a try, or from anything else that ends a claim.
import { type AttemptOutcome, type DeliveryStatus, type FailureReason, type OutcomeEvent, type Route } from '@billing-mail/contracts';
import { FAILURES_TO_OPEN, type WayFailed } from './incidents.js';
import { messageAliasIn, type RecipientState } from '@billing-mail/mail-core';
import { type Sql } from '@billing-mail/platform';
import { v7 as uuidv7 } from 'uuid';
import { noteDueLanes } from './lanes.js';
import { identified, type NewOutcome, UTC_NOW } from './outbox.store.js';
import { type AttemptFacts, type MessageFacts } from './rows.js';

/** The next state of the delivery. Writing it ends the claim. */
export type NextState = {
  status: DeliveryStatus;
  route: Route | null;
  lane: string;
  usedFallback: boolean;
  failure: FailureReason | null;
  /** The route on which one more try counts; `null` if none does. */
  triedRoute: Route | null;
  /** See `serverFingerprint`; `null` keeps the recorded one. */
  fingerprint: string | null;
  /** When it is due again, from now; `null` if it is settled. */
  dueInMs: number | null;
  /** Whether it is given back untried, for example because of a trouble of our own. */
  postponed: boolean;
};

export type RecordedAttempt = AttemptFacts & {
  id: string;
  number: number;
  route: Route;
  claimId: string;
  /** `null` while more of the try follows. */
  outcome: AttemptOutcome | null;
  message: MessageFacts | null;
};

export type SettleWrite = {
  id: string;
  /** The statement writes only if claim and revision are still the same. `null`: the caller holds the lock on the delivery instead. */
  held: { claimId: string; revision: number } | null;
  /** The recipients that have changed. */
  recipients: readonly RecipientState[];
  attempt: RecordedAttempt | null;
  /** Id of a try in which nothing was handed over; its row is deleted. */
  takenBack: string | null;
  /** `null`: state and claim of the delivery stay as they are. */
  next: NextState | null;
  outcome: NewOutcome | null;
  /** Why the route failed; `null` if it did not. */
  wayFailed: WayFailed | null;
};

const STATEMENT = `
  WITH asked AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS a (
      id uuid, "claimId" uuid, revision int, recipients json, attempt json, "takenBack" uuid, next json, outcome jsonb, aliases text[], "wayFailed" json)
    ORDER BY id LIMIT $2
  ),
  written AS MATERIALIZED (
    SELECT a.* FROM asked a CROSS JOIN LATERAL (
      SELECT FROM dispatch.deliveries d
      WHERE d.id = a.id AND (a."claimId" IS NULL OR (d.claim_id = a."claimId" AND d.revision = a.revision AND d.settled_at IS NULL))
      FOR NO KEY UPDATE
    ) held
  ),
  attempts AS (
    INSERT INTO dispatch.attempts AS known (id, delivery_id, number, route, claim_id, started_at, duration_ms, outcome, stage, code, enhanced_code,
      reason, reply, server, tls, message_sha256, message_size, signed, transcript)
    SELECT t.id, w.id, t.number, t.route, t."claimId", now() - t."durationMs" * interval '1 millisecond', t."durationMs", t.outcome, t.stage, t.code,
      t."enhancedCode", t.reason, t.reply, t.server, t.tls, t.sha256, t.size, t.signed, t.transcript
    FROM written w CROSS JOIN LATERAL json_to_record(w.attempt) AS t (
      id uuid, number int, route text, "claimId" uuid, "durationMs" int, outcome text, stage text, code int, "enhancedCode" text,
      reason text, reply text, server text, tls text, sha256 text, size bigint, signed boolean, transcript text)
    WHERE w.attempt IS NOT NULL
    -- A late answer completes the facts, but a doubt that was logged stays: the next try may have been sent because of it.
    ON CONFLICT (id) DO UPDATE SET duration_ms = excluded.duration_ms, outcome = coalesce(known.outcome, excluded.outcome), stage = excluded.stage,
      code = excluded.code, enhanced_code = excluded.enhanced_code, reason = excluded.reason, reply = excluded.reply, server = excluded.server,
      tls = excluded.tls, transcript = coalesce(excluded.transcript, known.transcript), released = CASE WHEN excluded.outcome IS NULL THEN '{}'::int[] END
    WHERE known.outcome IS NULL OR known.outcome = 'uncertain'
  ),
  taken_back AS (
    DELETE FROM dispatch.attempts t USING written w WHERE t.id = w."takenBack" AND t.outcome IS NULL
  ),
  people AS (
    UPDATE dispatch.recipients r
    SET status = c.status, route = c.route, reason = c.reason, reply = c.reply, uncertain_ends = c."uncertainEnds", at = now()
    FROM written w CROSS JOIN LATERAL json_to_recordset(w.recipients) AS c (
      position int, status text, route text, reason text, reply text, "uncertainEnds" int)
    WHERE r.delivery_id = w.id AND r.position = c.position
  ),
  named AS (
    INSERT INTO dispatch.message_aliases (alias, delivery_id) SELECT unnest(w.aliases), w.id FROM written w WHERE w.aliases IS NOT NULL
    ON CONFLICT DO NOTHING
  ),
  -- In one order, so that two statements wait for each other and never in a circle.
  incidents AS (
    INSERT INTO dispatch.incidents AS known (id, team_id, route, code, server, reply, failures, opened_at)
    SELECT (array_agg(f.id))[1], f."teamId", f.route, f.code, f.server, (array_agg(f.reply))[1], count(*),
      CASE WHEN bool_or(f.opens) OR count(*) >= ${FAILURES_TO_OPEN} THEN now() END
    FROM written w CROSS JOIN LATERAL json_to_record(w."wayFailed") AS f (
      id uuid, "teamId" text, route text, code text, server text, reply text, opens boolean)
    WHERE w."wayFailed" IS NOT NULL GROUP BY 2, 3, 4, 5 ORDER BY 2, 3, 4, 5
    ON CONFLICT (team_id, route, code, server) WHERE ended_at IS NULL DO UPDATE SET seen_at = now(), reply = excluded.reply,
      failures = known.failures + excluded.failures,
      opened_at = coalesce(known.opened_at, excluded.opened_at, CASE WHEN known.failures + excluded.failures >= ${FAILURES_TO_OPEN} THEN now() END)
    RETURNING id, team_id, route, code, server
  ),
  moved AS (
    UPDATE dispatch.deliveries d
    SET status = n.status, route = n.route, lane = n.lane, used_fallback = n."usedFallback", failure = n.failure, claim_id = NULL, claimed_by = NULL,
      revision = d.revision + (w."claimId" IS NULL)::int, postponements = CASE WHEN n.postponed THEN d.postponements + 1 ELSE 0 END,
      custom_tries = d.custom_tries + (n."triedRoute" IS NOT DISTINCT FROM 'custom')::int,
      platform_tries = d.platform_tries + (n."triedRoute" IS NOT DISTINCT FROM 'platform')::int,
      server_fingerprint = coalesce(n.fingerprint, d.server_fingerprint),
      incident_id = CASE WHEN w."wayFailed" IS NULL THEN d.incident_id ELSE (SELECT i.id FROM incidents i WHERE i.team_id = d.team_id
        AND i.route = w."wayFailed" ->> 'route' AND i.code = w."wayFailed" ->> 'code' AND i.server = w."wayFailed" ->> 'server') END,
      settled_at = CASE WHEN n."dueInMs" IS NULL THEN coalesce(d.settled_at, now()) END, due_at = now() + n."dueInMs" * interval '1 millisecond'
    FROM written w CROSS JOIN LATERAL json_to_record(w.next) AS n (
      status text, route text, lane text, "usedFallback" boolean, failure jsonb, "triedRoute" text, fingerprint text, "dueInMs" bigint, postponed boolean)
    WHERE d.id = w.id AND w.next IS NOT NULL
    RETURNING d.lane, d.due_at
  ),
  touched AS (
    UPDATE dispatch.deliveries d SET revision = d.revision + 1 FROM written w WHERE d.id = w.id AND w."claimId" IS NULL AND w.next IS NULL
  ),
  due AS (${noteDueLanes('moved')}),
  told AS (
    INSERT INTO dispatch.outbox (id, payload, publish_at)
    SELECT (w.outcome ->> 'eventId')::uuid, w.outcome || jsonb_build_object('occurredAt', ${UTC_NOW}), now() + $3 * interval '1 millisecond'
    FROM written w WHERE w.outcome IS NOT NULL
  )
  SELECT id, ${UTC_NOW} AS "occurredAt" FROM written`;

/** `told` is the outcome as it is now in the outbox; `null` if there is none. */
export type Settled = { isWritten: boolean; told: OutcomeEvent | null };

/**
 * Returns for each write whether it was done. If it was not, another worker has the delivery, or its recipients have changed.
 * @param leftForMs how long the relays leave the outcomes to the caller, which publishes them itself
 */
export async function settleDeliveries(sql: Sql, writes: readonly SettleWrite[], leftForMs = 0): Promise<Settled[]> {
  const members = writes.map(toMember);
  const rows = await sql.prepared<{ id: string; occurredAt: string }>(STATEMENT, [JSON.stringify(members), writes.length, leftForMs]);
  const written = new Map(rows.map(({ id, occurredAt }) => [id, occurredAt]));
  return members.map(({ id, outcome }) => {
    const occurredAt = written.get(id);
    return { isWritten: occurredAt !== undefined, told: occurredAt !== undefined && outcome ? { ...outcome, occurredAt } : null };
  });
}

// Nulls are left out, as PostgreSQL would store a JSON null, not NULL, in a column of type jsonb.
const toMember = ({ id, held, recipients, attempt, takenBack, next, outcome, wayFailed }: SettleWrite) => ({
  id,
  ...held,
  recipients,
  takenBack,
  ...(attempt === null ? {} : { attempt: { ...attempt, ...attempt.message } }),
  ...(next === null ? {} : { next: withoutNulls(next) }),
  ...(outcome === null ? {} : { outcome: identified(outcome) }),
  ...(wayFailed === null ? {} : { wayFailed: { id: uuidv7(), ...wayFailed } }),
  ...aliasesOf(recipients),
});

/** Returns the ids that servers have given the message in place of ours; `null` if none has, as with most servers. */
function aliasesOf(recipients: readonly RecipientState[]): { aliases: string[] } | null {
  const aliasOf = ({ status, reply }: RecipientState): string | null => (status === 'accepted' ? messageAliasIn(reply) : null);
  if (!recipients.some((recipient) => aliasOf(recipient) !== null)) return null;
  return { aliases: [...new Set(recipients.map(aliasOf))].filter((alias) => alias !== null) };
}

const withoutNulls = (values: object): object => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
