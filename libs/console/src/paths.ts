/** Addresses of the page; those that e-mails lead to as well stand in contracts. */
import { deliveriesPath, settingsPath } from '@billing-mail/contracts';

export {
  deliveriesPath,
  deliveryPath,
  incidentPath,
  inboxPath,
  settingsPath,
  undeliverablePath,
  webhooksPath,
} from '@billing-mail/contracts';

/** Behind the `?` of the log's address: it shows what it begins with, and all of it otherwise. */
export const LOG_START = 'start';
export const logStartPath = (team: string): string => `${deliveriesPath(team)}?${LOG_START}`;
export const runReportPath = (team: string): string => `${deliveriesPath(team)}/report`;
/** @param pointer JSON pointer of a setting, which gets the focus there */
export const settingPath = (team: string, pointer: string): string => `${settingsPath(team)}#${fieldId(pointer)}`;
/** Id of a field's input, for labels and for links to it. */
export const fieldId = (pointer: string): string => `field${pointer.replaceAll('/', '-')}`;
