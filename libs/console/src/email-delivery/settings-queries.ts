import { type EmailDeliveryView, type SettingsChangeRecord } from '@billing-mail/contracts';
import { useQuery } from '@tanstack/react-query';
import { type Clients, ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { type Draft, toInput } from './draft.js';

export const settingsKey = (team: string) => ['settings', team] as const;

/** The stored settings, `null` before the first save. */
export async function readSettings({ settings }: Clients, team: string): Promise<EmailDeliveryView | null> {
  try {
    return await ask(settings.GET('/v1/teams/{teamId}/email-delivery', { params: { path: { teamId: team } } }));
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}

/** Writes them when nobody else has since `version` (`null`: the first time). @throws ProblemError 412 when somebody has. */
export function saveSettings({ settings }: Clients, team: string, draft: Draft, version: number | null): Promise<EmailDeliveryView> {
  return ask(
    settings.PUT('/v1/teams/{teamId}/email-delivery', {
      params: { path: { teamId: team }, ...(version === null ? {} : { header: { 'If-Match': `"${version}"` } }) },
      body: toInput(draft),
    }),
  );
}

export function useSettings(team: string) {
  const clients = useClients();
  return useQuery({ queryKey: settingsKey(team), queryFn: () => readSettings(clients, team) });
}

/** When and by whom the stored password was set; `null` when the history does not reach back to it. */
export function usePasswordRecord(team: string, isSet: boolean): SettingsChangeRecord | null {
  const clients = useClients();
  const { data } = useQuery({
    queryKey: ['settings-history', team],
    enabled: isSet,
    queryFn: () =>
      ask(clients.settings.GET('/v1/teams/{teamId}/email-delivery/history', { params: { path: { teamId: team }, query: { limit: 200 } } })),
  });
  const records = (data?.items ?? []) as SettingsChangeRecord[];
  return records.find(({ changes }) => changes.some((change) => 'secret' in change && change.secret !== 'removed')) ?? null;
}
