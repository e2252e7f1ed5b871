import { type Locale } from '@billing-mail/contracts';
import { pageWords as pageDe } from './page-words.de.js';
import { pageWords as pageEn } from './page-words.en.js';
import { settingsWords as settingsDe } from './settings-words.de.js';
import { settingsWords as settingsEn } from './settings-words.en.js';
import { deliveriesWords as deliveriesDe } from './deliveries-words.de.js';
import { deliveriesWords as deliveriesEn } from './deliveries-words.en.js';
import { bouncesWords as bouncesDe } from './bounces-words.de.js';
import { bouncesWords as bouncesEn } from './bounces-words.en.js';
import { incidentWords as incidentsDe } from './incident-words.de.js';
import { incidentWords as incidentsEn } from './incident-words.en.js';
import { inboxWords as inboxDe } from './inbox-words.de.js';
import { inboxWords as inboxEn } from './inbox-words.en.js';
import { ownServerWords as ownServerDe } from './own-server-words.de.js';
import { ownServerWords as ownServerEn } from './own-server-words.en.js';
import { testWords as testDe } from './test-words.de.js';
import { testWords as testEn } from './test-words.en.js';
import { webhooksWords as webhooksDe } from './webhooks-words.de.js';
import { webhooksWords as webhooksEn } from './webhooks-words.en.js';

const english = {
  ...{ page: pageEn, settings: settingsEn, ownServer: ownServerEn, test: testEn },
  ...{ deliveries: deliveriesEn, bounces: bouncesEn, incidents: incidentsEn, inbox: inboxEn, webhooks: webhooksEn },
};
export type Catalogue = typeof english;

/** Everything that the page says, by language. A language that lacks a text does not compile. */
export const CATALOGUES: Readonly<Record<Locale, Catalogue>> = {
  en: english,
  de: {
    ...{ page: pageDe, settings: settingsDe, ownServer: ownServerDe, test: testDe },
    ...{ deliveries: deliveriesDe, bounces: bouncesDe, incidents: incidentsDe, inbox: inboxDe, webhooks: webhooksDe },
  },
};
