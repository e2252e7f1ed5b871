import { type DeliveryForecast } from '@billing-mail/contracts';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { useLanguage } from '../words/words-context.js';
import { CALM_MS } from './deliveries-queries.js';
import { sayForecast } from './say-forecast.js';

/** Applies while nothing waits: a run that is handed over now is shown within a minute. */
const NOTHING_WAITS_MS = 60_000;

export function ForecastLine({ team }: { team: string }) {
  const { dispatcher } = useClients();
  const language = useLanguage();
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ['deliveries-forecast', team],
    queryFn: (): Promise<DeliveryForecast> =>
      ask(dispatcher.GET('/v1/teams/{teamId}/deliveries/forecast', { params: { path: { teamId: team } } })),
    refetchInterval: ({ state }) => ((state.data?.heldByLimits ?? 0) > 0 ? CALM_MS : NOTHING_WAITS_MS),
  });
  // As high as one line from the beginning, so that nothing below moves if the text fits in one line.
  return (
    <Text size="sm" my={4} mih="1.55em">
      {data && sayForecast(data, language, new Date(dataUpdatedAt))}
    </Text>
  );
}
