import { bouncesWords as bounces } from './bounces.js';
import { deliveriesWords as deliveries } from './deliveries.js';
import { fieldMessages } from './field-messages.js';
import { inboxWords as inbox } from './inbox.js';
import { incidentWords as incidents } from './incidents.js';
import { ownServerWords as ownServer } from './own-server.js';
import { pageWords as page } from './page.js';
import { settingsWords as settings } from './settings.js';
import { testWords as test } from './server-test.js';
import { webhooksWords as webhooks } from './webhooks.js';

/** Everything that the page says in German. */
export const words = { page, settings, ownServer, test, deliveries, bounces, incidents, inbox, webhooks, fieldMessages };
