/** The paths of the web page's views, for the page itself and for links in e-mails. Each part is encoded, so that no id can lead elsewhere. */
export const teamPath = (team: string): string => `/teams/${encodeURIComponent(team)}`;

export const settingsPath = (team: string): string => `${teamPath(team)}/settings/invoicing`;
export const webhooksPath = (team: string): string => `${settingsPath(team)}/webhooks`;
export const deliveriesPath = (team: string): string => `${teamPath(team)}/deliveries`;
export const undeliverablePath = (team: string): string => `${deliveriesPath(team)}/undeliverable-addresses`;
// Ids of deliveries are UUIDs, so none is mistaken for another page.
export const deliveryPath = (team: string, id: string): string => `${deliveriesPath(team)}/${encodeURIComponent(id)}`;
export const incidentPath = (team: string, id: string): string => `${teamPath(team)}/incidents/${encodeURIComponent(id)}`;
export const inboxPath = (team: string): string => `${teamPath(team)}/inbox`;

/** In the query, because a sign-in uses the part behind the `#`. */
export const PREFERENCES_SHOWN = 'show=preferences';
/** The inbox, opened at the reader's preferences. */
export const preferencesPath = (team: string): string => `${inboxPath(team)}?${PREFERENCES_SHOWN}`;
