// Reads the delivery log: the newest page repeatedly, older pages when the reader scrolls to them.
import { type DeliveryStatus, type DeliverySummary, type Page } from '@billing-mail/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask, type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { readPages } from '../api/read-pages.js';
import { ProblemError } from '../api/problem.js';
import { type DeliveryFilter, toLogQuery } from './delivery-filter.js';

const PAGE = 100;
const LARGE_PAGE = 200;
const LIVE_MS = 1_500;
/** How often the newest page is requested while nothing is under way. */
export const CALM_MS = 10_000;

/** Returns whether a query has its first answer or has failed. What stands below it is shown only then, so that nothing moves. */
export const hasAnswered = ({ isPending, failureCount }: { isPending: boolean; failureCount: number }): boolean =>
  !isPending || failureCount > 0;

export const isSettled = (status: DeliveryStatus): boolean => !['queued', 'sending', 'waiting'].includes(status);

/** Reads one page of the log. @throws ProblemError, AwayError */
export function readDeliveries(
  { dispatcher }: Clients,
  team: string,
  filter: DeliveryFilter,
  cursor: string | null,
  { limit = PAGE, recipients = 1 } = {},
): Promise<Page<DeliverySummary>> {
  const query = { ...toLogQuery(filter), limit: String(limit), recipients, ...(cursor === null ? {} : { cursor }) };
  return ask(dispatcher.GET('/v1/teams/{teamId}/deliveries', { params: { path: { teamId: team }, query } }));
}

/**
 * Reads everything that the filter shows, page by page. `onPage` gets the number read so far and stops the reading by returning `false`.
 * @throws ProblemError, AwayError
 */
export const readAll = (
  clients: Clients,
  team: string,
  filter: DeliveryFilter,
  { onPage, recipients }: { onPage?: (count: number) => boolean; recipients?: number } = {},
): Promise<DeliverySummary[]> =>
  readPages((cursor) => readInTime(() => readDeliveries(clients, team, filter, cursor, { limit: LARGE_PAGE, recipients })), onPage);

/** Runs `read`. If the service limits the user's requests (429), waits as long as it says and asks again. */
export async function readInTime<Read>(read: () => Promise<Read>): Promise<Read> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 429) throw error;
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfterSeconds ?? 1) * 1000));
    }
  }
}

/** Reads the log as far as it was scrolled, newest first. While a delivery on the newest page is under way, that page is read often. */
export function useDeliveries(team: string, filter: DeliveryFilter) {
  const clients = useClients();
  const key = [team, filter];
  const head = useQuery({
    queryKey: ['deliveries-head', ...key],
    queryFn: () => readDeliveries(clients, team, filter, null),
    refetchInterval: ({ state }) => (state.data?.items.some(({ status }) => !isSettled(status)) ? LIVE_MS : CALM_MS),
  });
  const older = useInfiniteQuery({
    queryKey: ['deliveries-older', ...key],
    enabled: head.data !== undefined,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => readDeliveries(clients, team, filter, pageParam),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // Older pages no longer change; the newest page shows what does.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const items = useMemo(
    () => joinPages(head.data?.items ?? [], older.data?.pages.flatMap((page) => page.items) ?? []),
    [head.data, older.data],
  );
  return { head, older, items };
}

/** Puts the newest page before what was read earlier. Each delivery appears once, in its newest state. */
function joinPages<Item extends { id: string }>(newest: readonly Item[], before: readonly Item[]): Item[] {
  const known = new Set(newest.map(({ id }) => id));
  return [...newest, ...before.filter(({ id }) => !known.has(id))];
}

export const deliveryKey = (team: string, id: string) => ['delivery', team, id] as const;

export function useDelivery(team: string, id: string) {
  const { dispatcher } = useClients();
  return useQuery({
    queryKey: deliveryKey(team, id),
    queryFn: () => ask(dispatcher.GET('/v1/teams/{teamId}/deliveries/{id}', { params: { path: { teamId: team, id } } })),
    // A delivery that has ended may still bounce, minutes or days later.
    refetchInterval: ({ state }) => (state.data === undefined || !isSettled(state.data.status) ? 1_000 : CALM_MS),
  });
}
