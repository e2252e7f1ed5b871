import { type MailProviderName } from '@billing-mail/contracts';

/** Where the services are. URLs without a slash at the end; settings-api is this origin. */
export type ConsoleConfig = {
  mailDispatcherUrl: string;
  notificationServiceUrl: string;
  platformFromAddress: string | null;
  /** Providers at which the platform has an app of its own: a mailbox there is connected by one click. */
  connectableProviders: MailProviderName[];
};

/** Asks this origin; rejects when it does not answer. */
export async function readConsoleConfig(): Promise<ConsoleConfig> {
  const response = await fetch('/console-config.json');
  if (!response.ok) throw new Error(`The configuration of the page could not be read (${response.status}).`);
  const config = (await response.json()) as ConsoleConfig;
  // settings-api names a service that is behind the same proxy by a path.
  const absolute = (url: string): string => new URL(url, location.origin).href.replace(/\/$/, '');
  return {
    ...config,
    mailDispatcherUrl: absolute(config.mailDispatcherUrl),
    notificationServiceUrl: absolute(config.notificationServiceUrl),
  };
}
