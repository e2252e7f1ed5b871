/** Addresses of the page; those that e-mails lead to as well stand in contracts. */
import { deliveriesPath } from '@billing-mail/contracts';

export { deliveriesPath, deliveryPath, inboxPath, settingsPath, undeliverablePath } from '@billing-mail/contracts';

export const runReportPath = (team: string): string => `${deliveriesPath(team)}/report`;
