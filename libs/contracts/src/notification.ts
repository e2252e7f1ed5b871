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
  /** The trouble of a way out that it tells of. */
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
