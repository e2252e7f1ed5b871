import { alerts } from './alerts.js';
import { common } from './common.js';
import { confirmation } from './confirmation.js';
import { delivery } from './delivery.js';

/** Everything that alerts and their e-mails say in English. */
export const words = { ...common, confirmation, alerts: { delivery, ...alerts } };
