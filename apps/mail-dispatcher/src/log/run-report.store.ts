// Counts and lists the results of the documents of a billing run.
import { Injectable } from '@nestjs/common';
import { DELIVERY_STATUSES, RECIPIENT_STATUSES, type RunReport, type RunReportQuery } from '@billing-mail/contracts';
import { Sql } from '@billing-mail/platform';

/** The columns of the file. */
export const RUN_REPORT_COLUMNS = [
  ...(['documentId', 'number', 'type', 'subject', 'deliveryStatus'] as const),
  ...(['address', 'role', 'status', 'reason', 'reply', 'at', 'deliveryId'] as const),
];
/** A line of the file: one recipient of one document. */
export type RunReportLine = Record<(typeof RUN_REPORT_COLUMNS)[number], string | null>;
/** The recipient after which the next page begins. `createdAt` is text, as a `Date` has no microseconds. */
type Place = { createdAt: string; deliveryId: string; position: number };

/** No run is longer; a request beyond that asks for the whole log. */
const MOST_LINES = 200_000;
/** Lines read at a time; formatting them blocks this process for some milliseconds. */
const PAGE_LINES = 1000;
const WITHOUT_FROM = `now() - interval '30 days'`;

type Count = { status: string; count: number };

@Injectable()
export class RunReportStore {
  constructor(private readonly sql: Sql) {}

  async count(teamId: string, query: RunReportQuery): Promise<RunReport> {
    const { where, values } = conditionsOf(teamId, query);
    const deliveries = await this.sql.rows<Count>(
      `SELECT d.status, count(*)::int AS count FROM dispatch.deliveries d WHERE ${where} GROUP BY d.status`,
      values,
    );
    const recipients = await this.sql.rows<Count>(
      `SELECT r.status, count(*)::int AS count FROM dispatch.recipients r JOIN dispatch.deliveries d ON d.id = r.delivery_id
       WHERE ${where} GROUP BY r.status`,
      values,
    );
    return { deliveries: toCounts(DELIVERY_STATUSES, deliveries), recipients: toCounts(RECIPIENT_STATUSES, recipients) };
  }

  /**
   * Yields the lines in the order in which the documents were taken in, page by page, so that a slow reader holds only one page in memory.
   */
  async *pages(teamId: string, query: RunReportQuery): AsyncGenerator<RunReportLine[], void> {
    let after: Place | undefined;
    for (let left = MOST_LINES; left > 0; left -= PAGE_LINES) {
      const lines: (RunReportLine & Place)[] = await this.page(teamId, query, after);
      yield lines;
      if (lines.length < PAGE_LINES) return;
      after = lines.at(-1);
    }
  }

  private page(teamId: string, query: RunReportQuery, after: Place | undefined): Promise<(RunReportLine & Place)[]> {
    const { where, values } = conditionsOf(teamId, query);
    const rest = after === undefined ? '' : ` AND ${behind(after, (of) => `$${values.push(of)}`)}`;
    return this.sql.rows(
      `SELECT d.document ->> 'id' AS "documentId", d.document ->> 'number' AS number, d.document ->> 'type' AS type, d.subject,
         d.status AS "deliveryStatus", r.address, r.role, r.status, r.reason, r.reply,
         to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at, d.id AS "deliveryId",
         d.created_at::text AS "createdAt", r.position
       FROM dispatch.deliveries d JOIN dispatch.recipients r ON r.delivery_id = d.id
       WHERE ${where}${rest} ORDER BY d.created_at, d.id, r.position LIMIT ${PAGE_LINES}`,
      values,
    );
  }
}

function conditionsOf(teamId: string, { from, until, type, seriesId, occurrence }: RunReportQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (of: unknown): string => `$${values.push(of)}`;
  const conditions = [`d.team_id = ${value(teamId)}`];
  if (from !== undefined) conditions.push(`d.created_at >= ${value(from)}`);
  // An occurrence limits the time by itself.
  else if (occurrence === undefined) conditions.push(`d.created_at >= ${WITHOUT_FROM}`);
  if (until !== undefined) conditions.push(`d.created_at < ${value(until)}`);
  if (type !== undefined) conditions.push(`d.document ->> 'type' = ${value(type)}`);
  if (seriesId !== undefined) conditions.push(`d.document #>> '{recurrence,seriesId}' = ${value(seriesId)}`);
  if (occurrence !== undefined) conditions.push(`d.document #>> '{recurrence,occurrence}' = ${value(occurrence)}`);
  return { where: conditions.join(' AND '), values };
}

/** The first condition uses the index; the second skips the recipients of that delivery that were read already. */
function behind({ createdAt, deliveryId, position }: Place, value: (of: unknown) => string): string {
  const id = `${value(deliveryId)}::uuid`;
  return `(d.created_at, d.id) >= (${value(createdAt)}::timestamptz, ${id}) AND (d.id <> ${id} OR r.position > ${value(position)})`;
}

function toCounts<Name extends string>(names: readonly Name[], rows: readonly Count[]): Record<'total' | Name, number> {
  const counts = Object.fromEntries(names.map((name) => [name, rows.find(({ status }) => status === name)?.count ?? 0]));
  return { ...counts, total: rows.reduce((sum, { count }) => sum + count, 0) } as Record<'total' | Name, number>;
}
