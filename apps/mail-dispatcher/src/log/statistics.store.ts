// Counts the results of a team's documents, by day and for the last 24 hours.
import { Injectable } from '@nestjs/common';
import {
  DELIVERY_FATES,
  type DeliveryCounts,
  type DeliveryFate,
  type DeliveryStatistics,
  type DeliveryStatus,
} from '@billing-mail/contracts';
import { invalidInput, Sql } from '@billing-mail/platform';
import { QueryFailedError } from 'typeorm';

const FATE_OF: Record<DeliveryStatus, DeliveryFate> = {
  queued: 'underWay',
  sending: 'underWay',
  waiting: 'underWay',
  sent: 'sent',
  partly_sent: 'partlySent',
  failed: 'failed',
  uncertain: 'uncertain',
  cancelled: 'cancelled',
};

type Day = { date: string; begin: Date };
type Group = { status: DeliveryStatus; usedFallback: boolean; count: number };
/** `begin` is in milliseconds since 1970: comparing thousands of `Date`s takes 10 ms. */
type Quarter = Group & { begin: number };
/** Index of the quarter of an hour in its day, status, whether the fallback was used, and the number of deliveries. */
type QuarterCount = [quarter: number, status: DeliveryStatus, usedFallback: boolean, count: number];

/** `day` is the instant at which its first quarter begins. */
type CountedDay = { day: Date; groups: QuarterCount[] };
/** The last 24 hours are all quarters from `since` on, and `groups`: the deliveries of the partial quarter before `since`. */
type LastHours = { day: null; groups: QuarterCount[]; since: Date };

/** In every time zone, days begin at a multiple of this. */
const QUARTER_MS = 15 * 60 * 1000;

/**
 * Counts by UTC days, from the day of $2 on, but at least yesterday and today. The row with day NULL counts the beginning of the last 24
 * hours, up to the next quarter of an hour. The counts of past days without open deliveries are stored, and made again after one of their
 * deliveries has changed (see the migration that creates `daily_counts`). So a query reads one row per past day, and today's deliveries.
 */
const DAYS = `
  WITH days AS (
    SELECT asked.day, kept.groups, coalesce(kept.changes, 0) AS changes
    FROM generate_series(date_trunc('day', least($2::timestamptz, now() - interval '24 hours'), 'UTC'), now(), interval '24 hours') AS asked (day)
    LEFT JOIN dispatch.daily_counts kept ON kept.team_id = $1 AND kept.day = asked.day
  ),
  counted AS (
    SELECT days.day, days.changes, coalesce(found.groups, '[]') AS groups, coalesce(found.open, false) AS open
    FROM days CROSS JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_array((extract(epoch FROM each.quarter - days.day) / 900)::int, each.status, each.used_fallback, each.count)) AS groups,
             bool_or(each.status IN ('queued', 'sending', 'waiting')) AS open
      FROM (SELECT date_bin('15 minutes', d.created_at, days.day) AS quarter, d.status, d.used_fallback, count(*) AS count
            FROM dispatch.deliveries d
            WHERE d.team_id = $1 AND d.created_at >= days.day AND d.created_at < days.day + interval '24 hours'
            GROUP BY 1, 2, 3) each
    ) found
    WHERE days.groups IS NULL
  ),
  kept AS (
    INSERT INTO dispatch.daily_counts AS kept (team_id, day, groups, changes)
    SELECT $1, day, groups, changes FROM counted WHERE NOT open AND day < now() - interval '25 hours' ORDER BY day
    ON CONFLICT (team_id, day) DO UPDATE SET groups = excluded.groups WHERE kept.changes = excluded.changes
  )
  SELECT day, groups, NULL::timestamptz AS since FROM days WHERE groups IS NOT NULL UNION ALL SELECT day, groups, NULL FROM counted
  UNION ALL
  SELECT NULL, coalesce(found.groups, '[]'), next.quarter
  FROM (SELECT date_bin('15 minutes', now() - interval '23 hours 45 minutes', date_trunc('day', now(), 'UTC')) AS quarter) next
  CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(0, each.status, each.used_fallback, each.count)) AS groups
    FROM (SELECT d.status, d.used_fallback, count(*) AS count FROM dispatch.deliveries d
          WHERE d.team_id = $1 AND d.created_at > now() - interval '24 hours' AND d.created_at < next.quarter
          GROUP BY 1, 2) each
  ) found`;

@Injectable()
export class StatisticsStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Counts today and the days before it, `days` in all, as they begin in `timeZone`.
   * @throws ProblemException 422 if PostgreSQL does not know the time zone
   */
  async read(teamId: string, days: number, timeZone: string): Promise<DeliveryStatistics> {
    const asked = await this.lastDays(days, timeZone);
    const known = await this.sql.rows<CountedDay | LastHours>(DAYS, [teamId, asked[0]?.begin]);
    const quarters = known.flatMap((counted) => (counted.day === null ? [] : quartersOf(counted)));
    const last24Hours = known.flatMap((counted) =>
      counted.day === null ? [...counted.groups.map(toGroup), ...quarters.filter(({ begin }) => begin >= counted.since.getTime())] : [],
    );
    const byDate = groupsByDate(quarters, asked);
    return { last24Hours: sum(last24Hours), days: asked.map(({ date }) => ({ date, ...sum(byDate.get(date) ?? []) })) };
  }

  private async lastDays(days: number, timeZone: string): Promise<Day[]> {
    try {
      return await this.sql.rows<Day>(
        `SELECT to_char(day, 'YYYY-MM-DD') AS date, day AT TIME ZONE $1 AS begin
         FROM generate_series(0, $2 - 1) AS ago, LATERAL (SELECT date_trunc('day', now() AT TIME ZONE $1) - ago * interval '1 day' AS day) AS local
         ORDER BY day`,
        [timeZone, days],
      );
    } catch (error) {
      // Node.js may know newer time zones than PostgreSQL.
      if (!isInvalidParameter(error)) throw error;
      throw invalidInput([{ pointer: '/timeZone', message: 'is not known to the database; name another one of the same time' }]);
    }
  }
}

const toGroup = ([_quarter, status, usedFallback, count]: QuarterCount): Group => ({ status, usedFallback, count });

const quartersOf = ({ day, groups }: CountedDay): Quarter[] =>
  groups.map((group) => ({ begin: day.getTime() + group[0] * QUARTER_MS, ...toGroup(group) }));

function groupsByDate(quarters: readonly Quarter[], asked: readonly Day[]): Map<string, Group[]> {
  const counts = new Map(asked.map(({ date }) => [date, [] as Group[]]));
  for (const quarter of quarters) {
    const date = asked.findLast(({ begin }) => begin.getTime() <= quarter.begin)?.date;
    if (date !== undefined) counts.get(date)?.push(quarter);
  }
  return counts;
}

const isInvalidParameter = (error: unknown): boolean =>
  error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '22023';

function sum(groups: readonly Group[]): DeliveryCounts {
  const counts = Object.fromEntries(DELIVERY_FATES.map((fate) => [fate, 0])) as DeliveryCounts;
  for (const { status, usedFallback, count } of groups) counts[status === 'sent' && usedFallback ? 'fellBack' : FATE_OF[status]] += count;
  return counts;
}
