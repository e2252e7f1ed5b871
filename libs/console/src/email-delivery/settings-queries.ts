import { type EmailDeliveryView, type SettingsChangeRecord } from '@billing-mail/contracts';
import { useQuery } from '@tanstack/react-query';
import { type Clients, ask, askIfAny } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { type Draft, toInput } from './draft.js';

export const settingsKey = (team: string) => ['settings', team] as const;
export const historyKey = (team: string) => ['settings-history', team] as const;

/** Reads the stored settings; `null` before the first save. */
export const readSettings = ({ settings }: Clients, team: string): Promise<EmailDeliveryView | null> =>
  askIfAny(settings.GET('/v1/teams/{teamId}/email-delivery', { params: { path: { teamId: team } } }));

/** Saves the settings if nobody else has since `version` (`null`: the first time). @throws ProblemError 412 if somebody has. */
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

/** Recognizes changes in the history that set something of which the settings show no more. */
const SET_BY = {
  password: (change: Change) => change.pointer === '/smtp/auth/password' && 'secret' in change && change.secret !== 'removed',
  certificate: (change: Change) => change.pointer === '/certificate/fingerprint' && 'to' in change && change.to !== null,
};
type Change = SettingsChangeRecord['changes'][number];

/** Reads the newest changes of the settings. */
export function useHistory(team: string, isWanted: boolean) {
  const { settings } = useClients();
  return useQuery({
    queryKey: historyKey(team),
    enabled: isWanted,
    queryFn: () =>
      ask(settings.GET('/v1/teams/{teamId}/email-delivery/history', { params: { path: { teamId: team }, query: { limit: 200 } } })),
  });
}

/** Returns when and by whom a stored value was set; `null` if the history does not reach back to it. */
export function useSetRecord(team: string, what: keyof typeof SET_BY, isSet: boolean): SettingsChangeRecord | null {
  const records = (useHistory(team, isSet).data?.items ?? []) as SettingsChangeRecord[];
  return records.find(({ changes }) => changes.some(SET_BY[what])) ?? null;
}
