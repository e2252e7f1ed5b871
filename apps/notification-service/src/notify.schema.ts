import { type ErasureRules, type Schema } from '@billing-mail/platform';
import { Notifications1790000000000 } from './migrations/1790000000000-notifications.js';
import { AlertEmailGate1798000000050 } from './migrations/1798000000050-alert-email-gate.js';
import { KnownAddresses1798000000070 } from './migrations/1798000000070-known-addresses.js';
import { Webhooks1800000000035 } from './migrations/1800000000035-webhooks.js';
import { NoUnusedIndex1800000000120 } from './migrations/1800000000120-no-unused-index.js';
import { AlertPreferences1800000000036 } from './migrations/1800000000036-alert-preferences.js';
import { People1800000000053 } from './migrations/1800000000053-people.js';
import { Keeping1800000000140 } from './migrations/1800000000140-keeping.js';
import { ContactsSeen1800000000730 } from './migrations/1800000000730-contacts-seen.js';
import { Traces1800000000520 } from './migrations/1800000000520-traces.js';
import { ReadUntil1800000000320 } from './migrations/1800000000320-read-until.js';

/** Rows that are deleted when a person is erased: removing only the address from them would leave the name. */
export const ERASURE: ErasureRules = { kept: {}, removed: ['rejected_outcomes', 'people'] };

/** The PostgreSQL schema of notification-service. Its statements handle groups of rows, so they are written in SQL, without entities. */
export const notifySchema: Schema = {
  name: 'notify',
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
    Traces1800000000520,
    ContactsSeen1800000000730,
  ],
};
