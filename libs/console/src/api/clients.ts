// Typed clients of the three services. Their types are those of the published client.
import { type Locale } from '@billing-mail/contracts';
import { type MailDispatcherPaths, type NotificationServicePaths, type SettingsApiPaths } from '@billing-mail/contracts/http';
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { currentSession, endSession } from '../session/session-store.js';
import { type ConsoleConfig } from './console-config.js';
import { AwayError, ProblemError, toProblemError } from './problem.js';

export type Clients = {
  config: ConsoleConfig;
  settings: Client<SettingsApiPaths>;
  dispatcher: Client<MailDispatcherPaths>;
  notifications: Client<NotificationServicePaths>;
};

/** Creates clients that send the token of the session and ask for texts in the reader's language. */
export function createClients(config: ConsoleConfig, locale: Locale): Clients {
  const client = <Paths extends object>(baseUrl: string): Client<Paths> => {
    const made = createClient<Paths>({ baseUrl, cache: 'no-store', credentials: 'same-origin', headers: { 'Accept-Language': locale } });
    made.use(withToken);
    return made;
  };
  return {
    config,
    settings: client<SettingsApiPaths>(location.origin),
    dispatcher: client<MailDispatcherPaths>(config.mailDispatcherUrl),
    notifications: client<NotificationServicePaths>(config.notificationServiceUrl),
  };
}

/** Returns the header that authorizes a request in the name of the session; nothing if nobody is signed in. */
export function authorization(): Record<string, string> {
  const session = currentSession();
  return session.kind === 'signed_in' ? { Authorization: `Bearer ${session.token}` } : {};
}

const withToken: Middleware = {
  onRequest: ({ request }) => {
    for (const [name, value] of Object.entries(authorization())) request.headers.set(name, value);
    return request;
  },
  onError: ({ error }) =>
    error instanceof DOMException && error.name === 'AbortError' ? error : new AwayError('no answer', { cause: error }),
};

type Answer<Data> = { data?: Data | undefined; error?: unknown; response: Response };

/** Returns the data of an answer; `undefined` if the answer has none (204). @throws ProblemError, AwayError */
export async function ask<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await answer;
  if (response.ok && (data !== undefined || response.status === 204)) return data as Data;
  const problem = toProblemError(response, error);
  if (problem.status === 401) endSession();
  throw problem;
}

/** Does the same as `ask`; `null` if what is asked for does not exist (404). @throws ProblemError, AwayError */
export const askIfAny = <Data>(answer: Promise<Answer<Data>>): Promise<Data | null> =>
  ask(answer).catch((error: unknown) => {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  });
