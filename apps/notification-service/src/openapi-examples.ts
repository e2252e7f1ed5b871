// The examples in the OpenAPI description: for each operation a request that can be sent as it is, and its response.
import { json, type OperationExamples } from '@billing-mail/platform';

const NOTIFICATIONS = '/v1/notifications';
const PREFERENCES = '/v1/preferences';
const ALERT_ADDRESS = '/v1/teams/{teamId}/alert-address';
const WEBHOOKS = '/v1/teams/{teamId}/webhooks';
const WEBHOOK = `${WEBHOOKS}/{id}`;

const AT = '2026-11-26T09:30:02.000Z';
const NOTIFICATION = {
  id: '019ac1d2-9b10-7e22-a0c4-6f8d2b7a1c93',
  teamId: 'acme',
  type: 'delivery_failed',
  severity: 'error',
  title: 'Invoice 2026-0042 was not sent',
  body: 'The mail server smtp.acme.example could not be reached. Check its name and port, then send the document again.',
  deliveryId: '019ac1d2-5f3e-7c11-9a40-3f2b6d0c8e75',
  incidentId: null,
  documentId: 'inv-2026-0042',
  count: 1,
  createdAt: AT,
  readAt: null,
};

const WRITTEN = {
  email: 'clerk@acme.example',
  locale: 'en',
  channels: { email: true, inbox: true },
  muted: { email: ['delivery_fell_back'], inbox: [] },
  digest: 'none',
};
const CODE = json({ code: 'Zk3vQ9x1Rm7tB2yW5nL8pA' });

const HOOK = {
  id: '019ac1d3-0c44-7b5e-9d21-8e3f6a5b4c10',
  url: 'https://erp.acme.example/hooks/billing-mail',
  types: ['delivery.sent', 'delivery.failed'],
  publicKey: 'whpk_6Zb0xXg3H1m0r7fJ2Wk9cQ4yTn8sVu5aLdEoPiRtYhM=',
  createdAt: AT,
  failingSince: null,
  off: null,
  rotationEnds: null as string | null,
};
const SECRET = 'whsec_…, shown this once';
const MESSAGE = {
  id: '019ac1d3-2e07-7f10-8a92-4b6c8d0e2f31',
  webhookMessageId: 'msg_019ac1d32e077f108a924b6c8d0e2f31',
  type: 'delivery.sent',
  deliveryId: NOTIFICATION.deliveryId,
  documentNumber: '2026-0042',
  at: AT,
  status: 'delivered',
  nextTryAt: null as string | null,
  tries: [{ number: 1, at: AT, durationMs: 84, status: 204, trouble: null, answer: null }],
};
const AGAIN = { ...MESSAGE, status: 'waiting', nextTryAt: AT };

const PERSON = { name: 'Maria Berg', email: 'maria.berg@acme.example', teams: { acme: 'admin' } };

export const EXAMPLES: OperationExamples = {
  'PUT /v1/users/{id}': { request: json(PERSON), response: json({ id: 'u17', ...PERSON }) },
  'GET /v1/teams/{teamId}/people': { response: json({ items: [{ id: 'u17', name: PERSON.name, role: 'admin' }], nextCursor: null }) },
  [`GET ${NOTIFICATIONS}`]: { response: json({ items: [NOTIFICATION], nextCursor: null, unreadCount: 1 }) },
  [`GET ${NOTIFICATIONS}/stream`]: {
    response: { 'text/event-stream': `id: 42\ndata: ${JSON.stringify(NOTIFICATION)}\n\n` },
  },
  [`POST ${NOTIFICATIONS}/read-all`]: { response: json({ unreadCount: 0 }) },
  [`POST ${NOTIFICATIONS}/{id}/read`]: { response: json({ ...NOTIFICATION, readAt: '2026-11-26T09:41:00.000Z' }) },
  [`GET ${PREFERENCES}`]: { response: json({ ...WRITTEN, emailConfirmed: true }) },
  [`PUT ${PREFERENCES}`]: { request: json(WRITTEN), response: json({ ...WRITTEN, emailConfirmed: true }) },
  [`POST ${PREFERENCES}/confirmation-email`]: { response: json({ ...WRITTEN, emailConfirmed: false }) },
  [`POST ${PREFERENCES}/confirmation`]: { request: CODE, response: json({ ...WRITTEN, emailConfirmed: true }) },
  [`GET ${ALERT_ADDRESS}`]: { response: json({ alertTo: 'it@acme.example', confirmed: true }) },
  [`PUT ${ALERT_ADDRESS}`]: {
    request: json({ alertTo: 'it@acme.example' }),
    response: json({ alertTo: 'it@acme.example', confirmed: false }),
  },
  [`POST ${ALERT_ADDRESS}/confirmation-email`]: { response: json({ alertTo: 'it@acme.example', confirmed: false }) },
  [`POST ${ALERT_ADDRESS}/confirmation`]: { request: CODE, response: json({ alertTo: 'it@acme.example', confirmed: true }) },
  [`GET ${WEBHOOKS}`]: { response: json({ items: [HOOK], nextCursor: null }) },
  [`POST ${WEBHOOKS}`]: { request: json({ url: HOOK.url, types: HOOK.types }), response: json({ ...HOOK, secret: SECRET }) },
  [`POST ${WEBHOOK}/rotate`]: {
    request: json({ revokeOld: false }),
    response: json({ ...HOOK, rotationEnds: '2026-11-27T09:30:02.000Z', secret: SECRET }),
  },
  [`POST ${WEBHOOK}/switch-on`]: { response: json(HOOK) },
  [`POST ${WEBHOOK}/test`]: { response: json({ ...AGAIN, type: 'webhook.test', deliveryId: null, documentNumber: null, tries: [] }) },
  [`GET ${WEBHOOK}/messages`]: { response: json({ items: [MESSAGE], nextCursor: null }) },
  [`POST ${WEBHOOK}/messages/{messageId}/replay`]: { response: json(AGAIN) },
  [`POST ${WEBHOOK}/replay`]: {
    request: json({ from: '2026-11-26T00:00:00Z', to: '2026-11-26T12:00:00Z', delivered: false }),
    response: json({ count: 3 }),
  },
};
