import { alerts } from './alerts.js';
import { alertParts } from './alert-parts.js';
import { confirmation } from './confirmation.js';
import { delivery } from './delivery.js';

/** Everything that alerts and their e-mails say in German. */
export const words = { ...alertParts, confirmation, alerts: { delivery, ...alerts } };
