// Webhooks of a team over HTTP: how they are set up, and the log of what was sent to them.
import { z } from 'zod';
import { pageQuery } from './http.js';
import { boundedText } from './text.js';
import {
  WEBHOOK_EVENT_TYPES,
  WEBHOOK_MESSAGE_STATUSES,
  WEBHOOK_OFF_REASONS,
  WEBHOOK_TEST,
  WEBHOOK_TROUBLES,
} from './webhook-vocabulary.js';

const LONGEST_URL = 2000;

const receiver = boundedText(LONGEST_URL, `is longer than ${LONGEST_URL} characters`)
  .refine((value) => /^https?:\/\/[\x21-\x7e]+$/.test(value) && URL.canParse(value), 'must be an address such as https://example.com/hooks')
  .refine((value) => !hasUserInfo(value), 'must hold no username or password; requests are known by their signature')
  .refine((value) => !value.includes('#'), 'must not have a part behind "#"; it is not sent');

const hasUserInfo = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username !== '' || password !== '';
};

/** Body of `POST …/webhooks`. */
export const webhookInput = z.strictObject(
  {
    url: receiver,
    /** The events that it gets; if left out, all, including those of later versions. */
    types: z
      .array(z.enum(WEBHOOK_EVENT_TYPES, `must be one of ${WEBHOOK_EVENT_TYPES.join(', ')}`))
      .min(1, 'must name at least one event; leave it out for all')
      .max(WEBHOOK_EVENT_TYPES.length, 'must name each event once')
      .refine((types) => new Set(types).size === types.length, 'must name each event once')
      .optional(),
  },
  'must be an object',
);
export type WebhookInput = z.infer<typeof webhookInput>;

export const webhookView = z.object({
  id: z.string(),
  url: z.string(),
  /** `null`: all. */
  types: z.array(z.enum(WEBHOOK_EVENT_TYPES)).nullable(),
  /** `whpk_…`: the key that verifies the `v1a` signatures. Not a secret. */
  publicKey: z.string(),
  createdAt: z.iso.datetime(),
  /** Since when no try has succeeded. */
  failingSince: z.iso.datetime().nullable(),
  off: z.object({ since: z.iso.datetime(), reason: z.enum(WEBHOOK_OFF_REASONS) }).nullable(),
  /** Until when requests also carry the signatures of the previous keys. */
  rotationEnds: z.iso.datetime().nullable(),
});
export type WebhookView = z.infer<typeof webhookView>;

/** `secret` (`whsec_…`) is the key that verifies the `v1` signatures. It is shown only this once. */
export const webhookWithSecret = webhookView.extend({ secret: z.string() });
export type WebhookWithSecret = z.infer<typeof webhookWithSecret>;

/** Body of `POST …/webhooks/{id}/rotate`. */
export const webhookRotation = z.strictObject({
  /** Whether the previous keys end at once, because somebody else knows them. */
  revokeOld: z.boolean('must be true or false').default(false),
});
export type WebhookRotation = z.infer<typeof webhookRotation>;

export const webhookTryView = z.object({
  number: z.int(),
  at: z.iso.datetime(),
  durationMs: z.int(),
  /** HTTP status of the answer; `null` if none came. */
  status: z.int().nullable(),
  trouble: z.enum(WEBHOOK_TROUBLES).nullable(),
  /** The receiver's own words, at most 1000 characters. Untrusted text. */
  answer: z.string().nullable(),
});
export type WebhookTryView = z.infer<typeof webhookTryView>;

export const webhookMessageView = z.object({
  id: z.string(),
  /** Header `webhook-id`, the same in each try and replay. */
  webhookMessageId: z.string(),
  type: z.enum([...WEBHOOK_EVENT_TYPES, WEBHOOK_TEST]),
  deliveryId: z.string().nullable(),
  documentNumber: z.string().nullable(),
  /** When it happened. */
  at: z.iso.datetime(),
  status: z.enum(WEBHOOK_MESSAGE_STATUSES),
  nextTryAt: z.iso.datetime().nullable(),
  /** The latest 20. */
  tries: z.array(webhookTryView),
});
export type WebhookMessageView = z.infer<typeof webhookMessageView>;

export const webhookLogQuery = pageQuery.extend({
  status: z.enum(WEBHOOK_MESSAGE_STATUSES, `must be one of ${WEBHOOK_MESSAGE_STATUSES.join(', ')}`).optional(),
});

const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-26T08:00:00Z' });
/** Body of `POST …/webhooks/{id}/replay`: the events from `from` until `to` are sent again. */
export const webhookReplay = z
  .strictObject({ from: time, to: time, delivered: z.boolean('must be true or false').default(false) }, 'must be an object')
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], error: 'must be later than "from"' });
export type WebhookReplay = z.infer<typeof webhookReplay>;
export const webhookReplayed = z.object({ count: z.int() });
