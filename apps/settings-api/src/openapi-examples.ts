// The examples in the OpenAPI description: for each operation a request that can be sent as it is, and its response.
import { json, type OperationExamples } from '@billing-mail/platform';

const SETTINGS = '/v1/teams/{teamId}/email-delivery';

const SERVER = {
  host: 'smtp.acme.example',
  port: 587,
  security: 'starttls',
  fromAddress: 'billing@acme.example',
  fromName: 'ACME Billing',
};
const WRITTEN = {
  companyName: 'ACME GmbH',
  replyTo: 'billing@acme.example',
  locale: 'de',
  cc: [{ address: 'boss@acme.example' }],
  bcc: [{ address: 'controlling@acme.example', name: 'Controlling' }],
  copies: [{ types: ['reminder'], cc: [], bcc: [{ address: 'legal@acme.example' }] }],
  sender: 'custom',
  fallback: true,
  notifyUserIds: ['u3'],
};

const CERTIFICATE = {
  subject: 'ACME Billing',
  addresses: ['billing@acme.example'],
  issuer: 'Example S/MIME CA',
  fingerprint: '9F:86:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15:A3:BF:4F:1B:2B:0B:82:2C:D1:5D:6C:15:B0:F0:0A:08',
  validFrom: '2026-02-01T00:00:00.000Z',
  validTo: '2028-02-01T00:00:00.000Z',
};

const READ = {
  teamId: 'acme',
  version: 7,
  updatedAt: '2026-11-24T09:12:31.000Z',
  updatedBy: 'u3',
  ...WRITTEN,
  smtp: { ...SERVER, auth: { type: 'password', username: 'billing', passwordSet: true } },
  certificate: CERTIFICATE,
};

const CONNECTION = {
  provider: 'microsoft',
  mailbox: 'billing@acme.example',
  connectedAt: '2026-11-24T09:12:31.000Z',
  trouble: null,
  grant: 'delegated',
  clientId: null,
  issuer: 'https://login.microsoftonline.com/organizations/v2.0',
  scope: 'https://outlook.office.com/SMTP.Send offline_access',
  connectedBy: 'u3',
  server: { host: 'smtp.office365.com', port: 587, security: 'starttls' },
};

const DNS_STEP = { step: 'dns', ok: true, ms: 12, detail: 'smtp.acme.example is 203.0.113.25.' };
const REFUSED_STEP = {
  step: 'auth',
  ok: false,
  ms: 214,
  detail: 'The server does not accept username and password: 535 5.7.8 Authentication failed',
  hint: 'Check both; some providers want a password of its own for programs.',
};

export const EXAMPLES: OperationExamples = {
  [`GET ${SETTINGS}`]: { response: json(READ) },
  [`PUT ${SETTINGS}`]: {
    request: json({ ...WRITTEN, smtp: { ...SERVER, auth: { type: 'password', username: 'billing', password: 'correct horse battery' } } }),
    response: json(READ),
  },
  [`GET ${SETTINGS}/history`]: {
    response: json({
      items: [
        {
          version: 7,
          changedAt: '2026-11-24T09:12:31.000Z',
          changedBy: 'u3',
          changes: [
            { pointer: '/smtp/port', from: 25, to: 587 },
            { pointer: '/bcc', added: [{ address: 'controlling@acme.example' }], addedCount: 1, removed: [], removedCount: 0 },
            { pointer: '/smtp/auth/password', secret: 'replaced' },
          ],
        },
      ],
      nextCursor: null,
    }),
  },
  [`GET ${SETTINGS}/certificate`]: { response: json(CERTIFICATE) },
  [`PUT ${SETTINGS}/certificate`]: {
    request: json({ file: 'MIIKcQIBAzCCCjcGCSqGSIb3DQEHAaCCCigEggok', passphrase: 'the passphrase of the file' }),
    response: json(CERTIFICATE),
  },
  [`POST ${SETTINGS}/smtp/test`]: {
    request: json({ sendTo: 'clerk@acme.example' }),
    response: {
      ...json({ ok: false, steps: [DNS_STEP, REFUSED_STEP] }),
      'application/x-ndjson': { step: DNS_STEP },
    },
  },
  [`GET ${SETTINGS}/connection`]: { response: json(CONNECTION) },
  [`DELETE ${SETTINGS}/connection`]: { response: json({ permission: 'taken_back' }) },
  [`POST ${SETTINGS}/connection`]: {
    request: json({ provider: 'microsoft' }),
    response: json({ authorizationUrl: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=…&state=…' }),
  },
};
