/** Addresses of the page; those that e-mails lead to as well stand in contracts. */
import { deliveriesPath } from '@billing-mail/contracts';

export { deliveriesPath, deliveryPath, inboxPath, settingsPath, undeliverablePath } from '@billing-mail/contracts';

/** Behind the `?` of the log's address: it shows what it begins with, and all of it otherwise. */
export const LOG_START = 'start';
export const logStartPath = (team: string): string => `${deliveriesPath(team)}?${LOG_START}`;
export const runReportPath = (team: string): string => `${deliveriesPath(team)}/report`;
