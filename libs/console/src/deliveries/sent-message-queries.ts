// Reads the content of a delivery, and the files that went out.
import { type DeliveryContent, type Route } from '@billing-mail/contracts';
import { useQuery } from '@tanstack/react-query';
import { ask, type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { CALM_MS, hasAnswered } from './deliveries-queries.js';

type Dispatcher = Clients['dispatcher'];

/** Reads the content. Recipients and content are fixed when the delivery is accepted; what went out is added later. */
export function useContent(team: string, id: string) {
  const { dispatcher } = useClients();
  return useQuery({
    queryKey: ['delivery-content', team, id],
    queryFn: (): Promise<DeliveryContent> =>
      ask(dispatcher.GET('/v1/teams/{teamId}/deliveries/{id}/content', { params: { path: { teamId: team, id } } })),
    refetchInterval: ({ state }) => (state.data?.messages.length === 0 ? CALM_MS : false),
  });
}

export const useIsContentKnown = (team: string, id: string): boolean => hasAnswered(useContent(team, id));

/** @throws ProblemError, also if the attachment is no longer the one that went out; AwayError */
export const readAttachment = (dispatcher: Dispatcher, team: string, id: string, position: number): Promise<Blob> =>
  ask(
    dispatcher.GET('/v1/teams/{teamId}/deliveries/{id}/attachments/{position}', {
      params: { path: { teamId: team, id, position } },
      parseAs: 'blob',
    }),
  );

/** @throws ProblemError, also if the same bytes are no longer available; AwayError */
export const readMessage = (dispatcher: Dispatcher, team: string, id: string, route: Route): Promise<Blob> =>
  ask(
    dispatcher.GET('/v1/teams/{teamId}/deliveries/{id}/messages/{route}', {
      params: { path: { teamId: team, id, route } },
      parseAs: 'blob',
    }),
  );
