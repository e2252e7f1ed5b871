// Alerts as users read them.
import { z } from 'zod';
import { emailAddress } from './address.js';
import { locale } from './identifiers.js';

export const NOTIFICATION_TYPES = [
  'delivery_failed',
  'delivery_partly_sent',
  'delivery_uncertain',
  'delivery_bounced',
  'delivery_fell_back',
  'job_rejected',
  'smtp_server_down',
  'platform_unavailable',
  'certificate_expiring',
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

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
  documentId: z.string().nullable(),
  count: z.int(),
  createdAt: z.iso.datetime(),
  readAt: z.iso.datetime().nullable(),
});
export type NotificationView = z.infer<typeof notificationView>;

/** Body of `PUT /v1/preferences`. */
export const preferencesInput = z.strictObject({
  email: emailAddress.nullish().transform((value) => value ?? null),
  locale: locale.default('en'),
  channels: z.strictObject({ email: z.boolean('must be true or false'), inbox: z.boolean('must be true or false') }),
});
export type Preferences = z.infer<typeof preferencesInput>;

/** `emailConfirmed`: alerts go to `email`; otherwise they go to the address before it until the user confirms the new one. */
export const preferencesView = preferencesInput.extend({ email: emailAddress.nullable(), locale, emailConfirmed: z.boolean() });
export type PreferencesView = z.infer<typeof preferencesView>;

/** Body of `POST /v1/preferences/confirmation`: what was sent to the address. */
export const addressConfirmation = z.strictObject({
  code: z.string('must be text').regex(/^[A-Za-z0-9_-]{22}$/, 'must be the code from the e-mail'),
});
