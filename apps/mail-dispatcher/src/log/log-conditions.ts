// What somebody looks for in the delivery log, as conditions of SQL. Only values that PostgreSQL gets as parameters come from outside.
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
  /** All of these, each somewhere in subject, number or id of the document or in name or address of a recipient; or one Message-ID. */
  search?: readonly string[] | undefined;
  /** Only what comes after this delivery in the list. */
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
  // Left out rather than switched off by a parameter: only so can each go by its index.
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

/** Our Message-IDs begin with the id of their delivery, which also stands alone in a header of the message. */
const OURS = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.\d)?(?:@|$)/i;

/** The Message-ID of a copy, or the one that a server gave it: a report, a header or a postmaster knows the delivery by it. */
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

/** As the texts were made. The second collation is theirs: with another one the index could not be used. */
const lowerCase = (parameter: string): string => `lower(${parameter} COLLATE "und-x-icu") COLLATE "default"`;

/** A pattern that finds `word` anywhere; what LIKE takes for a wildcard stands for itself. */
const anywhere = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`;
