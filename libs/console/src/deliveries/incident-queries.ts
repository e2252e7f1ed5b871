// Reads a team's incidents.
import { type IncidentView } from '@billing-mail/contracts';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { CALM_MS } from './deliveries-queries.js';

/** Applies while the incident goes on: somebody works on the cause and looks whether that helped. */
const GOING_ON_MS = 3_000;

/** Reads the incidents, open ones first. Their query keys begin like those of deliveries, because sending again changes them. */
export function useIncidents(team: string) {
  const { dispatcher } = useClients();
  return useQuery({
    queryKey: ['deliveries-incidents', team],
    queryFn: (): Promise<{ items: IncidentView[] }> =>
      ask(dispatcher.GET('/v1/teams/{teamId}/incidents', { params: { path: { teamId: team } } })),
    refetchInterval: CALM_MS,
  });
}

export function useIncident(team: string, id: string) {
  const { dispatcher } = useClients();
  return useQuery({
    queryKey: ['deliveries-incident', team, id],
    queryFn: (): Promise<IncidentView> =>
      ask(dispatcher.GET('/v1/teams/{teamId}/incidents/{id}', { params: { path: { teamId: team, id } } })),
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.endedAt === null || state.data.deliveries.underWay > 0 ? GOING_ON_MS : CALM_MS,
  });
}
