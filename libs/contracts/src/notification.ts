// Alerts as users read them.
import { z } from 'zod';
import { emailAddress } from './address.js';
import { type Locale, locale } from './identifiers.js';

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

export const notificationView = z.object({
  id: z.string(),
  teamId: z.string(),
  type: z.enum(NOTIFICATION_TYPES),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  body: z.string(),
  deliveryId: z.string().nullable(),
  /** The trouble of a way out that it tells of. */
  incidentId: z.string().nullable(),
  documentId: z.string().nullable(),
  count: z.int(),
  createdAt: z.iso.datetime(),
  readAt: z.iso.datetime().nullable(),
});
export type NotificationView = z.infer<typeof notificationView>;

/** When e-mails go out: each at once, or together at the full hour or once a day. */
export const DIGESTS = ['none', 'hour', 'day'] as const;
export type Digest = (typeof DIGESTS)[number];
/** The hour, in UTC, at which those of a day go out: the beginning of the working day in central Europe. */
export const DAILY_DIGEST_HOUR = 5;

const mutedTypes = z
  .array(z.enum(NOTIFICATION_TYPES, `must be one of ${NOTIFICATION_TYPES.join(', ')}`))
  .max(NOTIFICATION_TYPES.length, `must be at most ${NOTIFICATION_TYPES.length}`)
  .default([]);

/** Body of `PUT /v1/preferences`. `muted`: of which types nothing comes by a channel that is on. */
export const preferencesInput = z.strictObject({
  email: emailAddress.nullish().transform((value) => value ?? null),
  locale: locale.default('en'),
  channels: z.strictObject({ email: z.boolean('must be true or false'), inbox: z.boolean('must be true or false') }),
  muted: z.strictObject({ email: mutedTypes, inbox: mutedTypes }).default({ email: [], inbox: [] }),
  digest: z.enum(DIGESTS, `must be one of ${DIGESTS.join(', ')}`).default('none'),
});
export type Preferences = z.infer<typeof preferencesInput>;

/** `emailConfirmed`: alerts go to `email`; otherwise they go to the address before it until the user confirms the new one. */
export const preferencesView = preferencesInput.extend({ email: emailAddress.nullable(), locale, emailConfirmed: z.boolean() });
export type PreferencesView = z.infer<typeof preferencesView>;

/** Body of `PUT /v1/teams/{teamId}/alert-address`: where alerts of the team go besides those to its people; `null`: nowhere. */
export const teamAlertAddressInput = z.strictObject({ alertTo: emailAddress.nullable() });
/** `confirmed`: alerts go to `alertTo`; otherwise they go to the address before it until somebody in the team confirms the new one. */
export const teamAlertAddressView = teamAlertAddressInput.extend({ confirmed: z.boolean() });
export type TeamAlertAddress = z.infer<typeof teamAlertAddressView>;

/** Body of `POST /v1/preferences/confirmation`: what was sent to the address. */
export const addressConfirmation = z.strictObject({
  code: z.string('must be text').regex(/^[A-Za-z0-9_-]{22}$/, 'must be the code from the e-mail'),
});
