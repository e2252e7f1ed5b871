// Reads the names of the team's people, for parts of the page that know only their ids.
import { type TeamPerson } from '@billing-mail/contracts';
import { useQuery } from '@tanstack/react-query';
import { ask, type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { readPages } from '../api/read-pages.js';
import { hasAnswered } from '../deliveries/deliveries-queries.js';

const readPeople = ({ notifications }: Clients, team: string): Promise<TeamPerson[]> =>
  readPages((cursor) => {
    const query = { limit: 200, ...(cursor === null ? {} : { cursor }) };
    return ask(notifications.GET('/v1/teams/{teamId}/people', { params: { path: { teamId: team }, query } }));
  });

/** Returns the team's people; nobody until they are known. */
export function usePeople(team: string): readonly TeamPerson[] {
  return useReadPeople(team).data ?? [];
}

function useReadPeople(team: string) {
  const clients = useClients();
  return useQuery({ queryKey: ['people', team], queryFn: () => readPeople(clients, team), staleTime: 60_000 });
}

/** Returns whether the names are known or cannot be had now; ids stand in their place then. */
export const useArePeopleKnown = (team: string): boolean => hasAnswered(useReadPeople(team));

/** Returns a function that names somebody: by name, or by id if the name is unknown. */
export function useNameOf(team: string): (id: string) => string {
  const names = new Map(usePeople(team).map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}
