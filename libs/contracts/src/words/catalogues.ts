// The languages in which users are addressed, and what both a service and the page say in them.
import { words as de } from './de.js';
import { words as en } from './en.js';

export const SHARED_WORDS = { en, de };
export type Locale = keyof typeof SHARED_WORDS;
export const LOCALES = Object.keys(SHARED_WORDS) as Locale[];

/** The types of alerts, and their names in the preferences. One row has all languages, so that a new type is one row. */
export const NOTIFICATION_NAMES = {
  delivery_failed: { en: 'Not sent', de: 'Nicht verschickt' },
  delivery_partly_sent: { en: 'Not sent to everybody', de: 'Nicht an alle verschickt' },
  delivery_uncertain: { en: 'Not certain whether it arrived', de: 'Ungewiss, ob angekommen' },
  delivery_bounced: { en: 'Came back, or marked as unwanted', de: 'Zurückgekommen oder als unerwünscht markiert' },
  delivery_fell_back: { en: 'Sent by our platform', de: 'Über unsere Plattform verschickt' },
  job_rejected: { en: 'Not accepted for sending', de: 'Nicht zum Versand angenommen' },
  smtp_server_down: { en: 'Your mail server is not accepting mail', de: 'Ihr Mailserver nimmt keine Belege an' },
  platform_unavailable: { en: 'Our platform cannot send', de: 'Unsere Plattform kann nicht verschicken' },
  certificate_expiring: { en: 'A certificate expires', de: 'Ein Zertifikat läuft ab' },
  webhook_off: { en: 'Webhook switched off', de: 'Abgeschalteter Webhook' },
} as const satisfies Record<string, Record<Locale, string>>;
