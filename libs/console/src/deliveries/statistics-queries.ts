// Reads what became of a team's documents: in the last 24 hours, and day by day.
import { type DeliveryCounts, type DeliveryStatistics } from '@billing-mail/contracts';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ownTimeZone } from '../api/own-time-zone.js';
import { CALM_MS } from './deliveries-queries.js';

export const CHART_DAYS = 30;

// Counting a month costs the service a hundred times as much as reading the newest page, and a delivery may be under way for an hour.
const UNDER_WAY_MS = 3_000;

/** Reads the statistics. Chart and health of a team ask for the same, so that one answer serves both. */
export function useStatistics(team: string) {
  const { dispatcher } = useClients();
  return useQuery({
    queryKey: ['deliveries-statistics', team],
    queryFn: (): Promise<DeliveryStatistics> =>
      ask(
        dispatcher.GET('/v1/teams/{teamId}/deliveries/statistics', {
          params: { path: { teamId: team }, query: { days: CHART_DAYS, timeZone: ownTimeZone() } },
        }),
      ),
    refetchInterval: ({ state }) => ((state.data?.last24Hours.underWay ?? 0) > 0 ? UNDER_WAY_MS : CALM_MS),
  });
}

/** Counts documents that did not, or perhaps not, go out to everybody. */
export const countTrouble = ({ partlySent, failed, uncertain }: DeliveryCounts): number => partlySent + failed + uncertain;
