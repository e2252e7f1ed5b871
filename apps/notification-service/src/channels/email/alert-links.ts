// Where an alert leads on the web page. The only texts from outside in a link are ids and addresses, which are encoded.
import {
  deliveriesPath,
  deliveryPath,
  incidentPath,
  inboxPath,
  preferencesPath,
  settingsPath,
  webhooksPath,
} from '@billing-mail/contracts';
import { type AlertParams, placeOf } from '../../alerts/alert-table.js';
import { OPERATOR } from '../../alerts/alert.js';
import { type Place } from '../../alerts/kinds/alert-kind.js';

type LinkTarget = Place['to'] | 'delivery';
export type AlertLink = { to: LinkTarget; url: string };

export type LinkedAlert = { teamId: string; params: AlertParams; count: number; deliveryId: string | null };

/** Returns the address of the web page without a slash at its end, or `null` if there is none. */
export const pageAddress = ({ CONSOLE_URL }: { CONSOLE_URL?: string | undefined }): string | null =>
  CONSOLE_URL?.replace(/\/+$/, '') ?? null;

/** Whether an alert belongs to a team. Alerts about the platform, and about jobs whose team could not be read, do not and have no page. */
export const isOfTeam = (teamId: string): boolean => teamId !== OPERATOR.teamId && teamId !== '';

/**
 * Returns the link to the delivery if the alert is about one, and otherwise to the page that shows the whole trouble or where to repair it.
 */
export function linkOf({ teamId, params, count, deliveryId }: LinkedAlert, page: string | null): AlertLink | null {
  if (page === null || !isOfTeam(teamId)) return null;
  if (count === 1 && deliveryId !== null) return { to: 'delivery', url: `${page}${deliveryPath(teamId, deliveryId)}` };
  const place = placeOf(params);
  return { to: place.to, url: `${page}${pathOf(teamId, place)}` };
}

function pathOf(teamId: string, place: Place): string {
  switch (place.to) {
    case 'deliveries':
      return `${deliveriesPath(teamId)}?${new URLSearchParams(place.of).toString()}`;
    case 'incident':
      return incidentPath(teamId, place.id);
    case 'settings':
      return settingsPath(teamId);
    case 'webhooks':
      return webhooksPath(teamId);
    case 'inbox':
      return inboxPath(teamId);
  }
}

export const preferencesLink = (teamId: string, page: string | null): string | null =>
  page === null || !isOfTeam(teamId) ? null : `${page}${preferencesPath(teamId)}`;
