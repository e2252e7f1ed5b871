// Reads and clears the addresses from which documents of a team came back for good.
import { type BouncedAddressView } from '@billing-mail/contracts';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { ask, type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';

type Page = { items: BouncedAddressView[]; nextCursor: string | null };

const PAGE = 100;
const KEY = 'bounced-addresses';

const readPage = ({ dispatcher }: Clients, team: string, cursor: string | null): Promise<Page> =>
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
export async function readAllUndeliverable(clients: Clients, team: string): Promise<BouncedAddressView[]> {
  const all: BouncedAddressView[] = [];
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    const page: Page = await readPage(clients, team, cursor);
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

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
