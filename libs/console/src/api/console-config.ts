import { type MailProviderName } from '@billing-mail/contracts';

/** Where the services are. URLs have no slash at the end; settings-api is at this origin. */
export type ConsoleConfig = {
  mailDispatcherUrl: string;
  notificationServiceUrl: string;
  platformFromAddress: string | null;
  /** Providers at which the platform has an app of its own: a mailbox there is connected by one click. */
  connectableProviders: MailProviderName[];
};

/** Reads the configuration from this origin. Rejects if there is no successful answer. */
export async function readConsoleConfig(): Promise<ConsoleConfig> {
  const response = await fetch('/console-config.json');
  if (!response.ok) throw new Error(`The configuration of the page could not be read (${response.status}).`);
  const config = (await response.json()) as ConsoleConfig;
  // For a service behind the same proxy, settings-api gives a path.
  const absolute = (url: string): string => new URL(url, location.origin).href.replace(/\/$/, '');
  return {
    ...config,
    mailDispatcherUrl: absolute(config.mailDispatcherUrl),
    notificationServiceUrl: absolute(config.notificationServiceUrl),
  };
}
