// What a claim returns: one row for each delivery, with everything that is needed to work on it.
import { type DocumentReference, type FailureReason, type Requester, type Route } from '@billing-mail/contracts';
import { type AttachmentRow, type DeliveryInHand, type Look, type OpenTry, type RecipientRow } from '../records/rows.js';

export type ClaimedRow = {
  id: string;
  claim_id: string;
  revision: number;
  team_id: string;
  key: string;
  document: DocumentReference;
  requested_by: Requester;
  subject: string;
  resend_of: string | null;
  lane: string;
  route: Route | null;
  used_fallback: boolean;
  custom_tries: number;
  platform_tries: number;
  failure: FailureReason | null;
  look: Look | null;
  message_ids: Partial<Record<Route, string>>;
  dated_at: Date | null;
  postponements: number;
  crashes: number;
  deaths_alone: number;
  traceparent: string | null;
  text: string;
  html: string | null;
  recipients: RecipientRow[];
  attachments: AttachmentRow[];
  attempts: AttemptRow[];
};
type AttemptRow = {
  id: string;
  number: number;
  route: Route;
  claimId: string;
  server: string | null;
  ageMs: number;
  outcome: string | null;
  released: number[] | null;
  sha256: string | null;
  size: number | null;
  signed: boolean | null;
};

/** Reads everything that work on a delivery needs, for the rows of a preceding CTE named `claimed`. */
export const WITH_ALL_PARTS = `
  SELECT d.*, c.text, c.html,
    (SELECT json_agg(json_build_object('position', r.position, 'address', r.address, 'name', r.name, 'role', r.role, 'status', r.status, 'route', r.route,
       'reason', r.reason, 'reply', r.reply, 'uncertainEnds', r.uncertain_ends) ORDER BY r.position)
     FROM dispatch.recipients r WHERE r.delivery_id = d.id) AS recipients,
    coalesce((SELECT json_agg(json_build_object('filename', f.filename, 'contentType', f.content_type, 'contentId', f.content_id, 'sha256', f.sha256,
       'size', f.size, 'ref', f.ref) ORDER BY f.position)
     FROM dispatch.attachments f WHERE f.delivery_id = d.id), '[]') AS attachments,
    coalesce((SELECT json_agg(json_build_object('id', t.id, 'number', t.number, 'route', t.route, 'claimId', t.claim_id, 'server', t.server,
       'ageMs', (extract(epoch FROM now() - t.started_at) * 1000)::int, 'outcome', t.outcome, 'released', t.released,
       'sha256', t.message_sha256, 'size', t.message_size, 'signed', t.signed) ORDER BY t.number)
     FROM dispatch.attempts t WHERE t.delivery_id = d.id), '[]') AS attempts
  FROM claimed d JOIN dispatch.contents c ON c.delivery_id = d.id`;

export function toDelivery(row: ClaimedRow): DeliveryInHand {
  return {
    id: row.id,
    claimId: row.claim_id,
    revision: row.revision,
    teamId: row.team_id,
    key: row.key,
    document: row.document,
    requestedBy: row.requested_by,
    subject: row.subject,
    resendOf: row.resend_of,
    lane: row.lane,
    route: row.route,
    usedFallback: row.used_fallback,
    tries: { custom: row.custom_tries, platform: row.platform_tries },
    failure: row.failure,
    look: row.look,
    messageIds: row.message_ids,
    datedAt: row.dated_at,
    postponements: row.postponements,
    crashes: row.crashes,
    deathsAlone: row.deaths_alone,
    traceparent: row.traceparent,
    recipients: row.recipients,
    text: row.text,
    html: row.html,
    attachments: row.attachments,
    lastAttempt: row.attempts.reduce((highest, { number }) => Math.max(highest, number), 0),
    openTries: row.attempts.flatMap(toOpenTry),
    messages: Object.fromEntries(
      row.attempts.flatMap(({ route, sha256, size, signed }) =>
        sha256 === null || size === null ? [] : [[route, { sha256, size, signed: signed ?? false }]],
      ),
    ),
  };
}

const toOpenTry = ({ id, claimId, route, server, ageMs, outcome, released }: AttemptRow): OpenTry[] =>
  outcome === null ? [{ attemptId: id, claimId, route, server: server ?? '', positions: released ?? [], ageMs }] : [];
