// Turns a search in the delivery log into SQL conditions. Everything from outside is passed to PostgreSQL as a parameter.
import { type LogStatus, NEEDS_ATTENTION } from '@billing-mail/contracts';
import { bareMessageId, isSettled } from '@billing-mail/mail-core';

export type DeliveryFilter = {
  teamId: string;
  status?: LogStatus | undefined;
  documentId?: string | undefined;
  recipient?: string | undefined;
  incident?: string | undefined;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  until?: Date | undefined;
  /** Words that must all occur in subject, number or id of the document, or in name or address of a recipient. Or a single Message-ID. */
  search?: readonly string[] | undefined;
  /** Id of a delivery. Only deliveries that come after it in the list are found. */
  before: string | null;
};

const IN_TROUBLE = `d.status IN (${NEEDS_ATTENTION.map((each) => `'${each}'`).join(', ')})`;

/** Conditions on `dispatch.deliveries d`, and the values of their parameters. */
export function conditionsOf(filter: DeliveryFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (of: unknown): string => `$${values.push(of)}`;
  const { status, documentId, recipient, incident, from, until, search = [], before } = filter;
  const team = value(filter.teamId);
  const conditions = [`d.team_id = ${team}`];
  // Conditions that are not needed are left out, not disabled by a parameter, so that each search can use its index.
  if (status === 'bounced') conditions.push(`d.id IN (SELECT p.delivery_id FROM dispatch.reports p WHERE p.kind = 'bounced')`);
  else if (status === 'needs_attention')
    conditions.push(IN_TROUBLE, 'd.received_at IS NULL', 'NOT EXISTS (SELECT FROM dispatch.deliveries a WHERE a.resend_of = d.id)');
  else if (status === 'in_trouble') conditions.push(IN_TROUBLE);
  else if (status === 'under_way') conditions.push('d.settled_at IS NULL');
  else if (status === 'fell_back') conditions.push(`d.status = 'sent' AND d.used_fallback`);
  else if (status !== undefined) conditions.push(`d.status = ${value(status)}`, ...(isSettled(status) ? [] : ['d.settled_at IS NULL']));
  if (documentId !== undefined) conditions.push(`d.document ->> 'id' = ${value(documentId)}`);
  if (recipient !== undefined)
    conditions.push(`d.id IN (SELECT r.delivery_id FROM dispatch.recipients r WHERE lower(r.address) = lower(${value(recipient)}))`);
  if (incident !== undefined) conditions.push(`d.incident_id = ${value(incident)}`);
  if (from !== undefined) conditions.push(`d.created_at >= ${value(from)}`);
  if (until !== undefined) conditions.push(`d.created_at < ${value(until)}`);
  if (search.length > 0) {
    const found = search.map((word) => `s.text LIKE ${lowerCase(value(anywhere(word)))}`).join(' AND ');
    const byWords = `SELECT s.delivery_id FROM dispatch.search_texts s WHERE ${found}`;
    conditions.push(`d.id IN (${[byWords, ...byMessageId(search, value)].join(' UNION ALL ')})`);
  }
  if (before !== null)
    conditions.push(
      `(d.created_at, d.id) < (SELECT l.created_at, l.id FROM dispatch.deliveries l WHERE l.team_id = ${team} AND l.id = ${value(before)})`,
    );
  return { where: conditions.join(' AND '), values };
}

/** Our Message-IDs begin with the id of the delivery, which is also in the header X-Billing-Delivery. */
const OURS = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.\d)?(?:@|$)/i;

/**
 * Returns queries that find a delivery by our Message-ID or by the one that a server gave it: reports, headers and postmasters use these.
 */
function byMessageId(search: readonly string[], value: (of: unknown) => string): string[] {
  const [only = ''] = search.length === 1 ? search : [];
  if (!/[@-]/.test(only)) return [];
  const id = bareMessageId(only);
  const ours = OURS.exec(id)?.[1];
  return [
    `SELECT m.delivery_id FROM dispatch.message_aliases m WHERE m.alias = ${value(id)}`,
    ...(ours === undefined ? [] : [`SELECT ${value(ours)}::uuid`]),
  ];
}

/** Lower case as in `search_texts`. The second collation is that of the index, which could not be used with another one. */
const lowerCase = (parameter: string): string => `lower(${parameter} COLLATE "und-x-icu") COLLATE "default"`;

/** A LIKE pattern that finds `word` anywhere, with its wildcards escaped. */
const anywhere = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`;
