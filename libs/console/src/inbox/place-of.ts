import { type NotificationView } from '@billing-mail/contracts';
import { deliveryPath, incidentPath } from '../paths.js';

/** What a message is about, wherever the message is shown: the trouble of a way out, or else its latest delivery; `null` for neither. */
export function placeOf({ teamId, incidentId, deliveryId }: Pick<NotificationView, 'teamId' | 'incidentId' | 'deliveryId'>): string | null {
  if (incidentId !== null) return incidentPath(teamId, incidentId);
  return deliveryId === null ? null : deliveryPath(teamId, deliveryId);
}
