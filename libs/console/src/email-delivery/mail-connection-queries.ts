import { type MailConnectionEnd, type MailConnectionRequest, type MailConnectionView } from '@billing-mail/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ask, askIfAny, type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { historyKey, settingsKey } from './settings-queries.js';

const PATH = '/v1/teams/{teamId}/email-delivery/connection';
const connectionKey = (team: string) => ['mail-connection', team] as const;
const of = (team: string) => ({ params: { path: { teamId: team } } });

const readConnection = ({ settings }: Clients, team: string): Promise<MailConnectionView | null> => askIfAny(settings.GET(PATH, of(team)));

/** Reads the connected mailbox; `null` if there is none. */
export function useMailConnection(team: string) {
  const clients = useClients();
  return useQuery({ queryKey: connectionKey(team), queryFn: () => readConnection(clients, team) });
}

/** Begins a sign-in. Returns the URL of the page at which somebody signs in. @throws ProblemError 422 for what is wrong with the request */
export async function beginSignIn({ settings }: Clients, team: string, body: SignInInput): Promise<string> {
  const { authorizationUrl } = await ask(settings.POST(PATH, { ...of(team), body }));
  // Only a provider's page is opened, never a script.
  if (authorizationUrl === undefined || !/^https?:\/\//.test(authorizationUrl)) throw new Error('The service returned no sign-in page.');
  return authorizationUrl;
}
export type SignInInput = Omit<MailConnectionRequest, 'grant' | 'serviceAccount'>;

/** Connects at once, because an app that signs in by itself needs no person to do so. @throws ProblemError 422 for what is wrong with the request */
export const connectApp = ({ settings }: Clients, team: string, body: AppInput): Promise<unknown> =>
  ask(settings.POST(PATH, { ...of(team), body: { ...body, grant: 'app' } }));
export type AppInput = Pick<MailConnectionRequest, 'tenant' | 'clientId' | 'clientSecret' | 'mailbox' | 'serviceAccount'> & {
  provider: 'microsoft' | 'google';
};
export type ServiceAccount = NonNullable<AppInput['serviceAccount']>;

/** Disconnects the mailbox. Returns whether the provider has taken the permission back. */
export const disconnectMailbox = ({ settings }: Clients, team: string): Promise<MailConnectionEnd> => ask(settings.DELETE(PATH, of(team)));

/** Returns a function that reads the settings again: another connection or certificate makes a new version of them. */
export function useRefreshOwnServer(team: string): () => void {
  const queryClient = useQueryClient();
  return useCallback(() => {
    for (const queryKey of [settingsKey(team), historyKey(team)]) void queryClient.invalidateQueries({ queryKey });
  }, [queryClient, team]);
}

/**
 * Does the same and also reads the connection again, which the function resolves with. A read that is already under way does not know what
 * has just happened, so the new one replaces it.
 */
export function useRefreshConnection(team: string): () => Promise<MailConnectionView | null> {
  const queryClient = useQueryClient();
  const refreshSettings = useRefreshOwnServer(team);
  return useCallback(async () => {
    await queryClient.refetchQueries({ queryKey: connectionKey(team) }, { throwOnError: true });
    refreshSettings();
    return queryClient.getQueryData<MailConnectionView | null>(connectionKey(team)) ?? null;
  }, [queryClient, refreshSettings, team]);
}
