import { type ErasureRules, type Schema } from '@billing-mail/platform';
import { NotificationReadEntity } from './alerts/notification-read.entity.js';
import { NotificationEntity } from './alerts/notification.entity.js';
import { ReadUntilEntity } from './alerts/read-until.entity.js';
import { EmailTimeEntity } from './channels/email/email-time.entity.js';
import { EmailOutboxEntity } from './channels/email/email-outbox.entity.js';
import { StreamClockEntity } from './channels/stream-clock.entity.js';
import { WebhookKeyEntity } from './channels/webhook/webhook-key.entity.js';
import { WebhookMessageEntity } from './channels/webhook/webhook-message.entity.js';
import { WebhookTryEntity } from './channels/webhook/webhook-try.entity.js';
import { WebhookEntity } from './channels/webhook/webhook.entity.js';
import { Notifications1790000000000 } from './migrations/1790000000000-notifications.js';
import { AlertEmailGate1798000000050 } from './migrations/1798000000050-alert-email-gate.js';
import { KnownAddresses1798000000070 } from './migrations/1798000000070-known-addresses.js';
import { Webhooks1800000000035 } from './migrations/1800000000035-webhooks.js';
import { NoUnusedIndex1800000000120 } from './migrations/1800000000120-no-unused-index.js';
import { AlertPreferences1800000000036 } from './migrations/1800000000036-alert-preferences.js';
import { People1800000000053 } from './migrations/1800000000053-people.js';
import { Keeping1800000000140 } from './migrations/1800000000140-keeping.js';
import { ReadUntil1800000000320 } from './migrations/1800000000320-read-until.js';
import { ProcessedEventEntity } from './outcome-intake/processed-event.entity.js';
import { RejectedOutcomeEntity } from './outcome-intake/rejected-outcome.entity.js';
import { PersonEntity } from './people/person.entity.js';
import { AddressConfirmationEntity } from './preferences/address-confirmation.entity.js';
import { ContactEntity } from './preferences/contact.entity.js';
import { PreferencesEntity } from './preferences/preferences.entity.js';
import { TeamAlertAddressEntity } from './preferences/team-alert-address.entity.js';
import { TeamEntity } from './preferences/team.entity.js';

/** What goes as a whole when a person is erased: an address that is crossed out leaves the name beside it. */
export const ERASURE: ErasureRules = { kept: {}, removed: ['rejected_outcomes', 'people'] };

/** The PostgreSQL schema that this service owns. */
export const notifySchema: Schema = {
  name: 'notify',
  entities: [
    AddressConfirmationEntity,
    ContactEntity,
    EmailOutboxEntity,
    EmailTimeEntity,
    NotificationEntity,
    NotificationReadEntity,
    PersonEntity,
    PreferencesEntity,
    ProcessedEventEntity,
    ReadUntilEntity,
    RejectedOutcomeEntity,
    StreamClockEntity,
    TeamAlertAddressEntity,
    TeamEntity,
    WebhookEntity,
    WebhookKeyEntity,
    WebhookMessageEntity,
    WebhookTryEntity,
  ],
  migrations: [
    Notifications1790000000000,
    AlertEmailGate1798000000050,
    KnownAddresses1798000000070,
    Webhooks1800000000035,
    AlertPreferences1800000000036,
    NoUnusedIndex1800000000120,
    Keeping1800000000140,
    ReadUntil1800000000320,
    People1800000000053,
  ],
};
