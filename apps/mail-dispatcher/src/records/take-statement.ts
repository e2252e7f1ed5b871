// Statement 1, taken: writes a delivery with its recipients, texts and documents, already claimed if this process sends it at once.
import { type DocumentReference, type RecipientRole, type Requester, type Route } from '@billing-mail/contracts';
import { type Sql } from '@billing-mail/platform';
import { noteDueLanes } from './lanes.js';
import { type AttachmentRow, type Look } from './rows.js';

/** The parts of a delivery that are fixed once the team's settings are known. */
export type FixedLook = { look: Look; route: Route; messageIds: Partial<Record<Route, string>>; notShown: number };

export type NewDelivery = {
  id: string;
  teamId: string;
  key: string;
  contentHash: string;
  document: DocumentReference;
  requestedBy: Requester;
  subject: string;
  text: string;
  html: string | null;
  resendOf: string | null;
  /** The note of the person who sends the document again. */
  resendNote?: string;
  lane: string;
  recipients: { address: string; name: string | null; role: RecipientRole }[];
  attachments: AttachmentRow[];
  /** `null` if the settings could not be read; the first claim that has them fixes the look. */
  fixed: FixedLook | null;
  /** The earliest time to send; `null` for at once. */
  sendAt: string | null;
  /** Trace context of the step that takes it, if traced. */
  traceparent: string | null;
  /** The claim of this process; `null` if the delivery waits until any process claims it. */
  claim: { claimId: string; workerId: string; leaseMs: number } | null;
};

export type Taken =
  | { kind: 'taken'; datedAt: Date }
  /** The key was used before. With the same content it is the same delivery. */
  | { kind: 'known'; deliveryId: string; contentHash: string }
  /** This occurrence of its series was taken before, under another key. */
  | { kind: 'recurs'; deliveryId: string; key: string };

/** Returns SQL that converts a text to lower case in any language: with the locale C, `lower()` alone would leave umlauts as they are. */
export const inLowerCase = (text: string): string => `lower(${text} COLLATE "und-x-icu")`;

/**
 * Returns the text that searches look through. Each of these has a line: subject, number and id of the document, and each recipient with
 * name and address.
 */
export const wordsOf = (
  { subject, document }: Pick<NewDelivery, 'subject' | 'document'>,
  recipients: readonly { address: string; name: string | null }[],
): string =>
  [
    subject,
    ...(document.number === undefined ? [] : [document.number]),
    document.id,
    ...recipients.map(({ name, address }) => (name === null ? address : `${name} ${address}`)),
  ].join('\n');

const STATEMENT = `
  WITH asked AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS a (
      id uuid, "teamId" text, key text, "contentHash" text, document jsonb, "requestedBy" jsonb, subject text, text text, html text, "resendOf" uuid, "resendNote" text,
      lane text, look jsonb, route text, "messageIds" jsonb, "notShown" int, "sendAt" timestamptz, "claimId" uuid, "workerId" text, "leaseMs" int,
      words text, recipients json, attachments json, traceparent text)
    -- In one order, so that two statements that take the same keys wait for each other and never in a circle.
    ORDER BY "teamId", key LIMIT $2
  ),
  taken AS (
    INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, resend_of, resend_note, lane, route, look, message_ids,
      recipients_not_shown, dated_at, status, claim_id, claimed_by, due_at, series_id, occurrence, traceparent)
    SELECT a.id, a."teamId", a.key, a."contentHash", a.document, a."requestedBy", a.subject, a."resendOf", a."resendNote", a.lane, a.route, a.look, coalesce(a."messageIds", '{}'),
      coalesce(a."notShown", 0), CASE WHEN a.look IS NOT NULL THEN date_trunc('second', greatest(now(), a."sendAt")) END,
      CASE WHEN a."claimId" IS NULL THEN 'queued' ELSE 'sending' END, a."claimId", a."workerId",
      CASE WHEN a."claimId" IS NULL THEN greatest(now(), a."sendAt") ELSE now() + a."leaseMs" * interval '1 millisecond' END,
      -- Who sends a document again on somebody's wish means the same occurrence.
      CASE WHEN a."resendOf" IS NULL THEN a.document #>> '{recurrence,seriesId}' END,
      CASE WHEN a."resendOf" IS NULL THEN a.document #>> '{recurrence,occurrence}' END,
      a.traceparent
    FROM asked a
    -- By key, or by series and occurrence.
    ON CONFLICT DO NOTHING
    RETURNING id, lane, claim_id, due_at, dated_at
  ),
  texts AS (
    INSERT INTO dispatch.contents (delivery_id, text, html) SELECT a.id, a.text, a.html FROM asked a JOIN taken USING (id)
  ),
  documents AS (
    INSERT INTO dispatch.attachments (delivery_id, position, filename, content_type, content_id, sha256, size, ref)
    SELECT a.id, f.position, f.filename, f."contentType", f."contentId", f.sha256, f.size, f.ref
    FROM asked a JOIN taken USING (id) CROSS JOIN LATERAL json_to_recordset(a.attachments) AS f (
      position int, filename text, "contentType" text, "contentId" text, sha256 text, size bigint, ref text)
  ),
  people AS (
    INSERT INTO dispatch.recipients (delivery_id, position, address, name, role)
    SELECT a.id, r.position, r.address, r.name, r.role
    FROM asked a JOIN taken USING (id) CROSS JOIN LATERAL json_to_recordset(a.recipients) AS r (position int, address text, name text, role text)
  ),
  words AS (INSERT INTO dispatch.search_texts (delivery_id, text) SELECT a.id, ${inLowerCase('a.words')} FROM asked a JOIN taken USING (id)),
  unheld AS (SELECT lane, due_at FROM taken WHERE claim_id IS NULL),
  due AS (${noteDueLanes('unheld')})
  SELECT id, dated_at AS "datedAt" FROM taken`;

/** Takes these deliveries: one for each (team, key), even if several calls run at once. Returns the results in the same order. */
export async function takeDeliveries(sql: Sql, deliveries: readonly NewDelivery[]): Promise<Taken[]> {
  const rows = await sql.prepared<{ id: string; datedAt: Date }>(STATEMENT, [JSON.stringify(deliveries.map(toMember)), deliveries.length]);
  const taken = new Map(rows.map(({ id, datedAt }) => [id, datedAt]));
  const repeated = deliveries.filter(({ id }) => !taken.has(id));
  const known = repeated.length === 0 ? [] : await findFirst(sql, repeated);
  return deliveries.map((delivery): Taken => {
    const datedAt = taken.get(delivery.id);
    return datedAt === undefined ? firstOf(delivery, known) : { kind: 'taken', datedAt };
  });
}

/** The earlier delivery that has the same key, or else the same occurrence. */
function firstOf({ teamId, key, document: { recurrence } }: NewDelivery, known: readonly First[]): Taken {
  const ofTeam = known.filter((row) => row.teamId === teamId);
  const sameKey = ofTeam.find((row) => row.key === key);
  if (sameKey !== undefined) return { kind: 'known', deliveryId: sameKey.id, contentHash: sameKey.contentHash };
  const recurs = ofTeam.find((row) => row.seriesId === recurrence?.seriesId && row.occurrence === recurrence?.occurrence);
  if (recurs === undefined) throw new Error('A delivery vanished while it was looked up.');
  return { kind: 'recurs', deliveryId: recurs.id, key: recurs.key };
}

const toMember = ({ fixed, claim, recipients, attachments, ...delivery }: NewDelivery) => ({
  ...delivery,
  words: wordsOf(delivery, recipients),
  ...fixed,
  ...claim,
  recipients: recipients.map((recipient, position) => ({ ...recipient, position })),
  attachments: attachments.map((attachment, position) => ({ ...attachment, position })),
});

type First = { id: string; teamId: string; key: string; contentHash: string; seriesId: string | null; occurrence: string | null };

// This is a separate statement, because the one above does not see what others committed while it ran.
const findFirst = (sql: Sql, deliveries: readonly NewDelivery[]) =>
  sql.rows<First>(
    `WITH asked AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS a (team_id, key, series_id, occurrence)),
     first AS (
       SELECT id FROM dispatch.deliveries JOIN asked USING (team_id, key)
       UNION SELECT id FROM dispatch.deliveries JOIN asked USING (team_id, series_id, occurrence)
     )
     SELECT d.id, d.team_id AS "teamId", d.key, d.content_hash AS "contentHash", d.series_id AS "seriesId", d.occurrence
     FROM dispatch.deliveries d JOIN first USING (id)`,
    [
      deliveries.map(({ teamId }) => teamId),
      deliveries.map(({ key }) => key),
      deliveries.map(({ document: { recurrence } }) => recurrence?.seriesId ?? null),
      deliveries.map(({ document: { recurrence } }) => recurrence?.occurrence ?? null),
    ],
  );

/** Returns the delivery that was taken under a key; `null` if there is none. */
export async function findByKey(sql: Sql, teamId: string, key: string): Promise<{ deliveryId: string; contentHash: string } | null> {
  const [row] = await sql.rows<{ deliveryId: string; contentHash: string }>(
    'SELECT id AS "deliveryId", content_hash AS "contentHash" FROM dispatch.deliveries WHERE team_id = $1 AND key = $2',
    [teamId, key],
  );
  return row ?? null;
}
