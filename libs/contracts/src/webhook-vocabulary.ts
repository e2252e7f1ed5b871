// What webhooks report and which states they have. Kept apart from the schemas so that the page does not bundle zod.

/** What a webhook can ask for. The test event is sent whatever the webhook asks for. */
export const WEBHOOK_EVENT_TYPES = [
  'delivery.sent',
  'delivery.partly_sent',
  'delivery.failed',
  'delivery.uncertain',
  'delivery.cancelled',
  'delivery.bounced',
  'delivery.complained',
  'job.rejected',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

export const WEBHOOK_TEST = 'webhook.test';

/** Why a webhook is off: it failed for days, or its receiver said that it is gone for good (410). */
export const WEBHOOK_OFF_REASONS = ['failing', 'gone'] as const;
export type WebhookOffReason = (typeof WEBHOOK_OFF_REASONS)[number];

/** `failed`: all tries are over. `missed`: the webhook was off. */
export const WEBHOOK_MESSAGE_STATUSES = ['waiting', 'delivered', 'failed', 'missed'] as const;
export type WebhookMessageStatus = (typeof WEBHOOK_MESSAGE_STATUSES)[number];

/** Why a try got no answer. */
export const WEBHOOK_TROUBLES = ['forbidden_address', 'unknown_host', 'unreachable', 'tls', 'timeout', 'broken'] as const;
export type WebhookTrouble = (typeof WEBHOOK_TROUBLES)[number];
