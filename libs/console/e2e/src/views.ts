import { DELIVERIES_VIEWS } from './views/deliveries-views.js';
import { FRAME_VIEWS } from './views/frame-views.js';
import { INBOX_VIEWS } from './views/inbox-views.js';
import { OWN_SERVER_VIEWS } from './views/own-server-views.js';
import { SETTINGS_VIEWS } from './views/settings-views.js';
import { WEBHOOKS_VIEWS } from './views/webhooks-views.js';
import { type View } from './views/view.js';

/** Every view of the page. */
export const VIEWS: readonly View[] = [
  ...SETTINGS_VIEWS,
  ...OWN_SERVER_VIEWS,
  ...DELIVERIES_VIEWS,
  ...INBOX_VIEWS,
  ...WEBHOOKS_VIEWS,
  ...FRAME_VIEWS,
];
