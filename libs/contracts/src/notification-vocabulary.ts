// What alerts are about and how they reach people. Kept apart from the schemas so that the page does not bundle zod.
import { type Locale } from './identifiers.js';

/** The types of alerts, and their names in the preferences. */
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
export type NotificationType = keyof typeof NOTIFICATION_NAMES;
export const NOTIFICATION_TYPES = Object.keys(NOTIFICATION_NAMES) as NotificationType[];

export const SEVERITIES = ['info', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** When e-mails go out: each at once, or together at the full hour or once a day. */
export const DIGESTS = ['none', 'hour', 'day'] as const;
export type Digest = (typeof DIGESTS)[number];
/** The hour, in UTC, at which daily e-mails go out: the beginning of the working day in central Europe. */
export const DAILY_DIGEST_HOUR = 5;
