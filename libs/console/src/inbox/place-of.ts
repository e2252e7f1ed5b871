import { type NotificationView } from '@billing-mail/contracts';
import { deliveryPath, incidentPath } from '../paths.js';

/** Returns the path of what a message is about, wherever it is shown: the incident, or else the latest delivery; `null` for neither. */
export function placeOf({ teamId, incidentId, deliveryId }: Pick<NotificationView, 'teamId' | 'incidentId' | 'deliveryId'>): string | null {
  if (incidentId !== null) return incidentPath(teamId, incidentId);
  return deliveryId === null ? null : deliveryPath(teamId, deliveryId);
}
