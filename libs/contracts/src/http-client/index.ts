// HTTP clients of the three services, typed by their OpenAPI documents (/openapi.json). `npm run api-types` writes `generated`.
import createClient, { type Client, type ClientOptions } from 'openapi-fetch';
import { type paths as MailDispatcherPaths } from './generated/mail-dispatcher.js';
import { type paths as NotificationServicePaths } from './generated/notification-service.js';
import { type paths as SettingsApiPaths } from './generated/settings-api.js';

export { type MailDispatcherPaths, type NotificationServicePaths, type SettingsApiPaths };

/** The address of the service and the token: as text, or as a function that is called before each request, because tokens expire. */
export type ServiceOptions = ClientOptions & { baseUrl: string; token: string | (() => string | Promise<string>) };

/**
 * Returns a client. Its calls return `{ data, error, response }`, where `error` is problem details (RFC 9457), and throw only if there is
 * no answer.
 */
function clientOf<Paths extends object>({ token, ...options }: ServiceOptions): Client<Paths> {
  const client = createClient<Paths>(options);
  client.use({
    onRequest: async ({ request }) => {
      request.headers.set('Authorization', `Bearer ${typeof token === 'string' ? token : await token()}`);
      return request;
    },
  });
  return client;
}

/** Returns a client of mail-dispatcher: documents to send, and the delivery log. */
export const mailDispatcher = (options: ServiceOptions): Client<MailDispatcherPaths> => clientOf(options);

/** Returns a client of settings-api: how a team's mail is sent. */
export const settingsApi = (options: ServiceOptions): Client<SettingsApiPaths> => clientOf(options);

/** Returns a client of notification-service: alerts, how they reach users, and webhooks. */
export const notificationService = (options: ServiceOptions): Client<NotificationServicePaths> => clientOf(options);
