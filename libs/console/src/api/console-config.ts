/** Where the services are, as settings-api tells the page. URLs without a slash at the end; settings-api is this origin. */
export type ConsoleConfig = { mailDispatcherUrl: string; notificationServiceUrl: string; platformFromAddress: string | null };

/** Asks this origin; rejects when it does not answer. */
export async function readConsoleConfig(): Promise<ConsoleConfig> {
  const response = await fetch('/console-config.json');
  if (!response.ok) throw new Error(`The configuration of the page could not be read (${response.status}).`);
  return (await response.json()) as ConsoleConfig;
}
