// Counts what became of a team's documents, by day and in the last 24 hours.
import { Injectable } from '@nestjs/common';
import {
  DELIVERY_FATES,
  type DeliveryCounts,
  type DeliveryFate,
  type DeliveryStatistics,
  type DeliveryStatus,
} from '@billing-mail/contracts';
import { invalidInput, Sql } from '@billing-mail/platform';
import { DataSource, QueryFailedError } from 'typeorm';

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
type Group = { date: string; isRecent: boolean; status: DeliveryStatus; usedFallback: boolean; count: number };

@Injectable()
export class StatisticsStore {
  private readonly sql: Sql;

  constructor(dataSource: DataSource) {
    this.sql = new Sql(dataSource);
  }

  /** Today and the days before it, as the clocks of `timeZone` have them. @throws ProblemException 422 for a time zone that PostgreSQL does not know. */
  async read(teamId: string, days: number, timeZone: string): Promise<DeliveryStatistics> {
    const counted = await this.lastDays(days, timeZone);
    const groups = await this.sql.rows<Group>(
      `SELECT to_char(d.created_at AT TIME ZONE $2, 'YYYY-MM-DD') AS date, d.created_at > now() - interval '24 hours' AS "isRecent",
              d.status, d.used_fallback AS "usedFallback", count(*)::int AS count
       FROM dispatch.deliveries d
       WHERE d.team_id = $1 AND d.created_at >= least($3::timestamptz, now() - interval '24 hours')
       GROUP BY 1, 2, 3, 4`,
      [teamId, timeZone, counted[0]?.begin],
    );
    return {
      last24Hours: sum(groups.filter(({ isRecent }) => isRecent)),
      days: counted.map(({ date }) => ({ date, ...sum(groups.filter((group) => group.date === date)) })),
    };
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
      // Node's list of time zones may be newer than PostgreSQL's.
      if (!isInvalidParameter(error)) throw error;
      throw invalidInput([{ pointer: '/timeZone', message: 'is not known to the database; name another one of the same time' }]);
    }
  }
}

const isInvalidParameter = (error: unknown): boolean =>
  error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '22023';

function sum(groups: readonly Group[]): DeliveryCounts {
  const counts = Object.fromEntries(DELIVERY_FATES.map((fate) => [fate, 0])) as DeliveryCounts;
  for (const { status, usedFallback, count } of groups) counts[status === 'sent' && usedFallback ? 'fellBack' : FATE_OF[status]] += count;
  return counts;
}
