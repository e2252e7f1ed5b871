import { type WebhookOffReason } from '@billing-mail/contracts';
import { type Alert } from '../../alerts/alert.js';

/** Told to the admins who have worked on it, or to the team where only services have. */
export const webhookOffAlert = (
  { webhookId, teamId, url, admins }: { webhookId: string; teamId: string; url: string; admins: string[] },
  reason: WebhookOffReason,
): Alert => ({
  teamId,
  type: 'webhook_off',
  severity: 'error',
  audience: admins.length > 0 ? { kind: 'users', userIds: admins } : { kind: 'team' },
  groupKey: `webhook_off|${webhookId}`,
  // The path may be what only the receiver and the team know.
  params: { kind: 'webhook_off', host: new URL(url).host, reason },
  deliveryId: null,
  documentId: null,
});
