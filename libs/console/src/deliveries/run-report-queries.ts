// Reads what became of a billing run.
import { type RunReport } from '@billing-mail/contracts';
import { useQuery } from '@tanstack/react-query';
import { ask, type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { readCsv } from './csv.js';
import { CALM_MS } from './deliveries-queries.js';
import { type RunFilter, toRunQuery } from './run-filter.js';

/** Reads the counts of documents and recipients. */
export function useRunReport(team: string, filter: RunFilter) {
  const { dispatcher } = useClients();
  return useQuery({
    queryKey: ['run-report', team, filter],
    queryFn: (): Promise<RunReport> =>
      ask(dispatcher.GET('/v1/teams/{teamId}/deliveries/report', { params: { path: { teamId: team }, query: toRunQuery(filter) } })),
    refetchInterval: CALM_MS,
  });
}

/** Reads a line for each recipient of each document, by column names. @throws ProblemError, AwayError */
export async function readRun({ dispatcher }: Clients, team: string, filter: RunFilter): Promise<Record<string, string>[]> {
  const text = await ask(
    dispatcher.GET('/v1/teams/{teamId}/deliveries/report/csv', {
      params: { path: { teamId: team }, query: toRunQuery(filter) },
      parseAs: 'text',
    }),
  );
  const [columns = [], ...rows] = readCsv(text);
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ''])));
}
