// Alerts as users read them.
import { z } from 'zod';
import { emailAddress } from './address.js';
import { locale } from './identifiers.js';
import { DIGESTS, NOTIFICATION_TYPES, SEVERITIES } from './notification-vocabulary.js';

export const notificationView = z.object({
  id: z.string(),
  teamId: z.string(),
  type: z.enum(NOTIFICATION_TYPES),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  body: z.string(),
  deliveryId: z.string().nullable(),
  /** The incident that the alert is about. */
  incidentId: z.string().nullable(),
  documentId: z.string().nullable(),
  count: z.int(),
  createdAt: z.iso.datetime(),
  readAt: z.iso.datetime().nullable(),
});
export type NotificationView = z.infer<typeof notificationView>;

const mutedTypes = z
  .array(z.enum(NOTIFICATION_TYPES, `must be one of ${NOTIFICATION_TYPES.join(', ')}`))
  .max(NOTIFICATION_TYPES.length, `must be at most ${NOTIFICATION_TYPES.length}`)
  .default([]);

/** Body of `PUT /v1/preferences`. `muted`: the types of alerts that do not come by a channel although it is on. */
export const preferencesInput = z.strictObject({
  email: emailAddress.nullish().transform((value) => value ?? null),
  locale: locale.default('en'),
  channels: z.strictObject({ email: z.boolean('must be true or false'), inbox: z.boolean('must be true or false') }),
  muted: z.strictObject({ email: mutedTypes, inbox: mutedTypes }).default({ email: [], inbox: [] }),
  digest: z.enum(DIGESTS, `must be one of ${DIGESTS.join(', ')}`).default('none'),
});
export type Preferences = z.infer<typeof preferencesInput>;

/** `emailConfirmed`: whether alerts go to `email`. If not, they go to the previous address until the user confirms the new one. */
export const preferencesView = preferencesInput.extend({ email: emailAddress.nullable(), locale, emailConfirmed: z.boolean() });
export type PreferencesView = z.infer<typeof preferencesView>;

/** Body of `PUT /v1/teams/{teamId}/alert-address`: the address that gets alerts of the team besides its people, or `null` for none. */
export const teamAlertAddressInput = z.strictObject({ alertTo: emailAddress.nullable() });
/** `confirmed`: whether alerts go to `alertTo`. If not, they go to the previous address until somebody in the team confirms the new one. */
export const teamAlertAddressView = teamAlertAddressInput.extend({ confirmed: z.boolean() });
export type TeamAlertAddress = z.infer<typeof teamAlertAddressView>;

/** Body of `POST /v1/preferences/confirmation`: the code that was sent to the address. */
export const addressConfirmation = z.strictObject({
  code: z.string('must be text').regex(/^[A-Za-z0-9_-]{22}$/, 'must be the code from the e-mail'),
});
