// Who may do what: the kinds of access, and which of them applies to each operation of the three services. An
// operation without a row must not exist.
import { type ServiceName } from '@billing-mail/tools/starting/services';
import { type CallerName } from './callers.js';

export type Access = 'public' | 'personal' | 'team read' | 'team write' | 'service';

/** `in`: the caller gets the operation's answer. Every other caller gets the given status. */
export const KINDS: Record<Access, Record<CallerName, 'in' | 401 | 403 | 404>> = {
  public: byCaller('in', 'in', 'in', 'in', 'in'),
  personal: byCaller(401, 'in', 'in', 'in', 'in'),
  'team read': byCaller(401, 404, 'in', 'in', 'in'),
  'team write': byCaller(401, 404, 403, 'in', 'in'),
  service: byCaller(401, 403, 403, 403, 'in'),
};

type Status = 'in' | 401 | 403 | 404;
function byCaller(unknown: Status, stranger: Status, member: Status, admin: Status, service: Status): Record<CallerName, Status> {
  return { nobody: unknown, malformed: unknown, expired: unknown, elsewhere: unknown, stranger, member, admin, service };
}

/**
 * How an operation is requested, and the status with which it answers callers that it lets in, which is more specific than "not refused".
 */
export type Operation = { access: Access; answers: number; body?: unknown; headers?: Record<string, string>; id?: string };

/** Placeholder for the id of the delivery that the requests use. */
export const A_DELIVERY = 'a delivery of the team';
const NOTHING = '00000000-0000-4000-8000-000000000000';

const SETTINGS = '/v1/teams/{teamId}/email-delivery';
const CERTIFICATE = `${SETTINGS}/certificate`;
const DELIVERIES = '/v1/teams/{teamId}/deliveries';
const INCIDENTS = '/v1/teams/{teamId}/incidents';
const ALERT_ADDRESS = '/v1/teams/{teamId}/alert-address';
const WEBHOOKS = '/v1/teams/{teamId}/webhooks';
const PEOPLE = '/v1/teams/{teamId}/people';
const BOUNCED = '/v1/teams/{teamId}/bounced-addresses';

/** By method and path, as in the services' OpenAPI documents. */
export const OPERATIONS: Record<ServiceName, Record<string, Operation>> = {
  'settings-api': {
    [`GET ${SETTINGS}`]: { access: 'team read', answers: 200 },
    [`PUT ${SETTINGS}`]: { access: 'team write', answers: 200, body: { companyName: 'ACME GmbH' } },
    // The team has no server of its own to sign for.
    [`GET ${CERTIFICATE}`]: { access: 'team read', answers: 404 },
    [`PUT ${CERTIFICATE}`]: { access: 'team write', answers: 409, body: { file: 'MIIB' } },
    [`DELETE ${CERTIFICATE}`]: { access: 'team write', answers: 404 },
    [`GET ${SETTINGS}/history`]: { access: 'team read', answers: 200 },
    // The team sends by the platform, so there is nothing to test.
    [`POST ${SETTINGS}/smtp/test`]: { access: 'team write', answers: 422, body: {} },
    // No mailbox is connected, and the platform has no app with which to connect one.
    [`GET ${SETTINGS}/connection`]: { access: 'team read', answers: 404 },
    [`POST ${SETTINGS}/connection`]: { access: 'team write', answers: 422, body: { provider: 'microsoft' } },
    [`DELETE ${SETTINGS}/connection`]: { access: 'team write', answers: 404 },
  },
  'mail-dispatcher': {
    [`GET ${DELIVERIES}`]: { access: 'team read', answers: 200 },
    [`POST ${DELIVERIES}`]: { access: 'team write', answers: 422, body: {}, headers: { 'idempotency-key': 'matrix' } },
    [`GET ${DELIVERIES}/statistics`]: { access: 'team read', answers: 200 },
    [`GET ${DELIVERIES}/{id}`]: { access: 'team read', answers: 200, id: A_DELIVERY },
    [`GET ${DELIVERIES}/{id}/content`]: { access: 'team read', answers: 200, id: A_DELIVERY },
    [`GET ${DELIVERIES}/{id}/attachments/{position}`]: { access: 'team read', answers: 200, id: A_DELIVERY },
    [`GET ${DELIVERIES}/{id}/messages/{route}`]: { access: 'team read', answers: 200, id: A_DELIVERY },
    [`POST ${DELIVERIES}/{id}/resend`]: {
      ...{ access: 'team write', answers: 202, id: A_DELIVERY, body: {} },
      headers: { 'idempotency-key': 'matrix-again' },
    },
    [`GET ${DELIVERIES}/forecast`]: { access: 'team read', answers: 200 },
    [`GET ${DELIVERIES}/report`]: { access: 'team read', answers: 200 },
    [`GET ${DELIVERIES}/report/csv`]: { access: 'team read', answers: 200 },
    [`GET ${BOUNCED}`]: { access: 'team read', answers: 200 },
    [`GET ${BOUNCED}/csv`]: { access: 'team read', answers: 200 },
    [`DELETE ${BOUNCED}`]: { access: 'team write', answers: 204 },
    // No delivery went out with that address.
    'POST /v1/bounces': {
      access: 'service',
      answers: 422,
      body: 'To: nobody@x.example\r\n\r\n',
      headers: { 'content-type': 'message/rfc822' },
    },
    // The delivery is already settled.
    [`POST ${DELIVERIES}/{id}/cancel`]: { access: 'team write', answers: 409, id: A_DELIVERY },
    [`POST ${DELIVERIES}/{id}/retry-now`]: { access: 'team write', answers: 409, id: A_DELIVERY },
    [`POST ${DELIVERIES}/{id}/reschedule`]: {
      ...{ access: 'team write', answers: 409, id: A_DELIVERY },
      body: { sendAt: new Date(Date.now() + 3_600_000).toISOString() },
    },
    [`POST ${DELIVERIES}/{id}/received`]: { access: 'team write', answers: 409, id: A_DELIVERY, body: { note: 'They have it.' } },
    [`GET ${INCIDENTS}`]: { access: 'team read', answers: 200 },
    [`GET ${INCIDENTS}/{id}`]: { access: 'team read', answers: 404, id: NOTHING },
  },
  'notification-service': {
    'GET /v1/notifications': { access: 'personal', answers: 200 },
    'GET /v1/notifications/stream': { access: 'personal', answers: 200 },
    'POST /v1/notifications/read-all': { access: 'personal', answers: 200 },
    'POST /v1/notifications/{id}/read': { access: 'personal', answers: 404, id: NOTHING },
    'GET /v1/preferences': { access: 'personal', answers: 200 },
    'PUT /v1/preferences': { access: 'personal', answers: 200, body: { channels: { email: false, inbox: true } } },
    // Nobody has an address yet.
    'POST /v1/preferences/confirmation-email': { access: 'personal', answers: 409 },
    'POST /v1/preferences/confirmation': { access: 'personal', answers: 422, body: { code: 'x'.repeat(22) } },
    [`GET ${ALERT_ADDRESS}`]: { access: 'team read', answers: 200 },
    [`PUT ${ALERT_ADDRESS}`]: { access: 'team write', answers: 200, body: { alertTo: null } },
    [`POST ${ALERT_ADDRESS}/confirmation-email`]: { access: 'team write', answers: 409 },
    [`POST ${ALERT_ADDRESS}/confirmation`]: { access: 'team read', answers: 422, body: { code: 'x'.repeat(22) } },
    [`GET ${PEOPLE}`]: { access: 'team read', answers: 200 },
    'PUT /v1/users/{id}': { access: 'service', answers: 200, id: 'user-17', body: { name: 'Maria Berg', teams: { acme: 'admin' } } },
    'DELETE /v1/users/{id}': { access: 'service', answers: 204, id: 'user-17' },
    // Members do not even see them, because a webhook's URL may be the receiver's secret.
    [`GET ${WEBHOOKS}`]: { access: 'team write', answers: 200 },
    // The address is inside our network.
    [`POST ${WEBHOOKS}`]: { access: 'team write', answers: 422, body: { url: 'https://10.0.0.1/' } },
    [`DELETE ${WEBHOOKS}/{id}`]: { access: 'team write', answers: 404, id: NOTHING },
    [`POST ${WEBHOOKS}/{id}/rotate`]: { access: 'team write', answers: 404, id: NOTHING, body: {} },
    [`POST ${WEBHOOKS}/{id}/switch-on`]: { access: 'team write', answers: 404, id: NOTHING },
    [`POST ${WEBHOOKS}/{id}/test`]: { access: 'team write', answers: 404, id: NOTHING },
    [`GET ${WEBHOOKS}/{id}/messages`]: { access: 'team write', answers: 404, id: NOTHING },
    [`POST ${WEBHOOKS}/{id}/messages/{messageId}/replay`]: { access: 'team write', answers: 404, id: NOTHING },
    [`POST ${WEBHOOKS}/{id}/replay`]: {
      ...{ access: 'team write', answers: 404, id: NOTHING },
      body: { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' },
    },
  },
};

/** Operations of controllers that the OpenAPI document leaves out. */
export const HIDDEN: Record<ServiceName, Record<string, Operation>> = {
  'settings-api': {
    // A page to which providers send browsers back; nobody has begun this sign-in.
    'GET /v1/mail-connections/callback': { access: 'public', answers: 400 },
  },
  'mail-dispatcher': {},
  'notification-service': {},
};

/** Operations of every service's controllers that are not described. */
export const HIDDEN_EVERYWHERE: Record<string, Operation> = {
  'GET /health/live': { access: 'public', answers: 200 },
  'GET /health/ready': { access: 'public', answers: 200 },
  'GET /health/startup': { access: 'public', answers: 200 },
  'GET /metrics': { access: 'public', answers: 200 },
};

/** Operations of the server in front of the controllers. */
export const BESIDE_CONTROLLERS: Record<string, Operation> = {
  'GET /version': { access: 'public', answers: 200 },
  'GET /openapi.json': { access: 'public', answers: 200 },
};
