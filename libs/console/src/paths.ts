/** Paths of the page. Those that e-mails also link to are defined in contracts. */
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

/** Stands after the `?` of the log's address. With it the log shows what a reader begins with, without it everything. */
export const LOG_START = 'start';
export const logStartPath = (team: string): string => `${deliveriesPath(team)}?${LOG_START}`;
export const runReportPath = (team: string): string => `${deliveriesPath(team)}/report`;
/** @param pointer JSON pointer of the setting that gets the focus */
export const settingPath = (team: string, pointer: string): string => `${settingsPath(team)}#${fieldId(pointer)}`;
/** Id of a field's input, for labels and for links to it. */
export const fieldId = (pointer: string): string => `field${pointer.replaceAll('/', '-')}`;
