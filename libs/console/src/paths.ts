/** Addresses of the page; each part is encoded, so that no id can lead elsewhere. */
const teamPath = (team: string): string => `/teams/${encodeURIComponent(team)}`;

export const settingsPath = (team: string): string => `${teamPath(team)}/settings/invoicing`;
export const deliveriesPath = (team: string): string => `${teamPath(team)}/deliveries`;
export const runReportPath = (team: string): string => `${deliveriesPath(team)}/report`;
export const undeliverablePath = (team: string): string => `${deliveriesPath(team)}/undeliverable-addresses`;
// Ids of deliveries are UUIDs, so that none is taken for one of those.
export const deliveryPath = (team: string, id: string): string => `${teamPath(team)}/deliveries/${encodeURIComponent(id)}`;
export const inboxPath = (team: string): string => `${teamPath(team)}/inbox`;
