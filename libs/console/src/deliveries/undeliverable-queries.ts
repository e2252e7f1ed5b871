// Reads and clears the addresses from which documents of a team came back for good.
import { type BouncedAddressView, type Page } from '@billing-mail/contracts';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { ask, type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { readPages } from '../api/read-pages.js';

const PAGE = 100;
const KEY = 'bounced-addresses';

const readPage = ({ dispatcher }: Clients, team: string, cursor: string | null): Promise<Page<BouncedAddressView>> =>
  ask(
    dispatcher.GET('/v1/teams/{teamId}/bounced-addresses', {
      params: { path: { teamId: team }, query: { limit: String(PAGE), ...(cursor === null ? {} : { cursor }) } },
    }),
  );

/** Reads the addresses in alphabetical order, as far as they were asked for. */
export function useUndeliverable(team: string) {
  const clients = useClients();
  return useInfiniteQuery({
    queryKey: [KEY, team],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => readPage(clients, team, pageParam),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** Reads all of them. @throws ProblemError, AwayError */
export const readAllUndeliverable = (clients: Clients, team: string): Promise<BouncedAddressView[]> =>
  readPages((cursor) => readPage(clients, team, cursor));

/** Forgets an address. */
export function useForget(team: string) {
  const { dispatcher } = useClients();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (address: string) =>
      ask(dispatcher.DELETE('/v1/teams/{teamId}/bounced-addresses', { params: { path: { teamId: team }, query: { address } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [KEY, team] }),
  });
}
