// The examples in the OpenAPI description: for each operation a request that can be sent as it is, and its response.
import { json, type OperationExamples } from '@billing-mail/platform';

const DELIVERIES = '/v1/teams/{teamId}/deliveries';
const ONE = `${DELIVERIES}/{id}`;
const BOUNCED = '/v1/teams/{teamId}/bounced-addresses';
const INCIDENTS = '/v1/teams/{teamId}/incidents';

const DOCUMENT = { id: 'inv-2026-0042', type: 'invoice', number: '2026-0042' };
const MAIL = {
  requestedBy: { userId: 'u17', email: 'clerk@acme.example', locale: 'en' },
  document: DOCUMENT,
  to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
  subject: 'Invoice 2026-0042',
  text: 'Hello,\n\nplease find attached our invoice 2026-0042.\n',
};
const PDF = { filename: '2026-0042.pdf', contentType: 'application/pdf' };

const TAKEN_AT = '2026-11-26T09:30:00.000Z';
const SENT_AT = '2026-11-26T09:30:01.412Z';
const SUMMARY = {
  id: '019ac1d2-5f3e-7c11-9a40-3f2b6d0c8e75',
  teamId: 'acme',
  key: 'inv-2026-0042',
  document: DOCUMENT,
  requestedBy: MAIL.requestedBy.userId,
  subject: MAIL.subject,
  status: 'queued',
  route: 'platform',
  usedFallback: false,
  signed: false,
  messageId: null as string | null,
  resendOf: null as string | null,
  sentAgainAs: null,
  recipientsNotShown: 0,
  createdAt: TAKEN_AT,
  settledAt: null as string | null,
  nextTryAt: TAKEN_AT as string | null,
  incidentId: null,
  cancelledBy: null as string | null,
  received: null as object | null,
  failure: null as object | null,
};
const RECIPIENT = { address: 'payables@customer.example', name: 'Accounts payable', role: 'to' };
const UNTRIED = { status: 'pending', route: null, reply: null, at: null, explanation: null, bouncedBefore: null, isAddressWrong: false };
const OPEN = { ...RECIPIENT, ...UNTRIED };

/** A delivery as the response shows it when it has just been handed over. */
const TAKEN = { ...SUMMARY, resend: null, sentAgain: null, recipients: [OPEN], attempts: [], reports: [] };

const MESSAGE_ID = '<019ac1d2-5f3e-7c11-9a40-3f2b6d0c8e75@platform.example>';
const REPLY = '250 2.0.0 Ok: queued as 4VqZ1n2Xk9z';
const SENT_SUMMARY = { ...SUMMARY, status: 'sent', signed: true, messageId: MESSAGE_ID, settledAt: SENT_AT, nextTryAt: null };
const SENT = {
  ...SENT_SUMMARY,
  resend: null,
  sentAgain: null,
  recipients: [{ ...OPEN, status: 'accepted', route: 'platform', reply: REPLY, at: SENT_AT }],
  attempts: [
    {
      number: 1,
      route: 'platform',
      startedAt: '2026-11-26T09:30:00.600Z',
      durationMs: 812,
      outcome: 'accepted',
      stage: 'final',
      code: 250,
      enhancedCode: '2.0.0',
      reply: REPLY,
      server: 'smtp.platform.example:587',
      tls: 'TLSv1.3',
      transcript: null,
    },
  ],
  reports: [],
};

const FAILURE = { code: 'smtp_unreachable', message: 'The mail server smtp.acme.example could not be reached.' };
const FAILED = {
  ...TAKEN,
  status: 'failed',
  route: 'custom',
  settledAt: SENT_AT,
  nextTryAt: null,
  recipients: [{ ...OPEN, status: 'rejected', route: 'custom' }],
  failure: FAILURE,
};

const COUNTS = { sent: 1204, fellBack: 3, partlySent: 1, failed: 2, uncertain: 0, underWay: 5, cancelled: 0 };

const INCIDENT = {
  id: '019ac1d2-77aa-7d02-8f31-5a1c9e4b2d60',
  teamId: 'acme',
  route: 'custom',
  code: 'smtp_unreachable',
  server: 'smtp.acme.example:587',
  reply: null,
  since: '2026-11-26T08:02:11.000Z',
  lastFailureAt: '2026-11-26T09:29:40.000Z',
  failures: 18,
  endedAt: null,
  turn: 'team',
  field: '/smtp/host',
  happened: 'The mail server smtp.acme.example could not be reached.',
  todo: 'Check name and port of the server, and whether it takes connections from outside.',
  deliveries: { ...COUNTS, sent: 0, sentAgain: 0 },
};

const BOUNCED_ADDRESS = {
  address: 'gone@customer.example',
  class: 'no_such_address',
  status: '5.1.1',
  explanation: 'There is no such address.',
  diagnostic: '550 5.1.1 <gone@customer.example>: Recipient address rejected: User unknown',
  deliveryId: SUMMARY.id,
  document: DOCUMENT,
  bouncedAt: '2026-11-26T09:31:20.000Z',
  until: '2026-12-26T09:31:20.000Z',
};

const REPORT = {
  deliveries: { total: 5000, queued: 12, sending: 16, waiting: 4, sent: 4960, partly_sent: 2, failed: 6, uncertain: 0, cancelled: 0 },
  recipients: { total: 5210, pending: 34, accepted: 5162, rejected: 8, uncertain: 0, cancelled: 0, bounced: 6 },
};

const RUN_CSV =
  'documentId,number,type,subject,deliveryStatus,address,role,status,reason,reply,at,deliveryId\r\n' +
  `inv-2026-0042,2026-0042,invoice,Invoice 2026-0042,sent,payables@customer.example,to,accepted,,${REPLY},${SENT_AT},${SUMMARY.id}\r\n`;
const BOUNCED_CSV =
  'address,class,status,diagnostic,deliveryId,bouncedAt,until\r\n' +
  `gone@customer.example,no_such_address,5.1.1,550 5.1.1 User unknown,${SUMMARY.id},2026-11-26T09:31:20.000Z,2026-12-26T09:31:20.000Z\r\n`;

const BOUNCE_REPORT = `To: return-path@bounce.platform.example\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
…`;

export const EXAMPLES: OperationExamples = {
  [`POST ${DELIVERIES}`]: {
    request: {
      ...json({ ...MAIL, attachments: [{ ...PDF, content: 'JVBERi0xLjc=' }] }),
      'multipart/form-data': { delivery: { ...MAIL, attachments: [{ ...PDF, part: 'file1' }] }, file1: '%PDF-1.7 …' },
    },
    response: json(TAKEN),
  },
  [`GET ${DELIVERIES}`]: {
    response: json({ items: [{ ...SENT_SUMMARY, recipients: [RECIPIENT], recipientCount: 1 }], nextCursor: null }),
  },
  [`GET ${DELIVERIES}/statistics`]: { response: json({ last24Hours: COUNTS, days: [{ ...COUNTS, date: '2026-11-26' }] }) },
  [`GET ${DELIVERIES}/forecast`]: {
    response: json({
      waiting: 4800,
      heldByLimits: 4790,
      limits: { messagesPerMinute: 30, recipientsPerDay: 10_000 },
      endsAt: '2026-11-26T12:10:00.000Z',
    }),
  },
  [`GET ${DELIVERIES}/report`]: { response: json(REPORT) },
  [`GET ${DELIVERIES}/report/csv`]: { response: { 'text/csv': RUN_CSV } },
  [`GET ${ONE}`]: { response: json(SENT) },
  [`POST ${ONE}/resend`]: {
    request: json({ recipients: [{ address: 'accounts@customer.example', insteadOf: 'payables@customer.example' }] }),
    response: json({
      ...TAKEN,
      key: 'resend-019ac1d2-5f3e-7c11-9a40-3f2b6d0c8e75',
      resendOf: '019ac1d0-1b2c-7a00-8c55-1d7f3e9a6b42',
      recipients: [{ ...OPEN, address: 'accounts@customer.example' }],
    }),
  },
  [`POST ${ONE}/cancel`]: {
    response: json({
      ...TAKEN,
      status: 'cancelled',
      settledAt: SENT_AT,
      nextTryAt: null,
      cancelledBy: 'u17',
      recipients: [{ ...OPEN, status: 'cancelled', at: SENT_AT }],
    }),
  },
  [`POST ${ONE}/retry-now`]: { response: json({ ...TAKEN, status: 'waiting' }) },
  [`POST ${ONE}/reschedule`]: {
    request: json({ sendAt: '2026-12-01T07:00:00Z' }),
    response: json({ ...TAKEN, nextTryAt: '2026-12-01T07:00:00.000Z' }),
  },
  [`POST ${ONE}/received`]: {
    request: json({ note: 'They have it by post.' }),
    response: json({ ...FAILED, received: { by: 'u17', at: '2026-11-26T10:04:00.000Z', note: 'They have it by post.' } }),
  },
  [`GET ${ONE}/content`]: {
    response: json({
      from: { address: 'e-invoice@platform.example', name: 'ACME GmbH' },
      replyTo: 'billing@acme.example',
      to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
      cc: [],
      subject: MAIL.subject,
      text: MAIL.text,
      html: null,
      requestedBy: 'u17',
      attachments: [{ position: 0, ...PDF, size: 48_211, inline: false }],
      messages: [
        { route: 'platform', size: 71_034, sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', signed: true },
      ],
    }),
  },
  [`GET ${ONE}/attachments/{position}`]: { response: { 'application/octet-stream': '%PDF-1.7 …' } },
  [`GET ${ONE}/messages/{route}`]: {
    response: { 'message/rfc822': `From: "ACME GmbH" <e-invoice@platform.example>\r\nMessage-ID: ${MESSAGE_ID}\r\n…` },
  },
  [`GET ${INCIDENTS}`]: { response: json({ items: [INCIDENT] }) },
  [`GET ${INCIDENTS}/{id}`]: { response: json(INCIDENT) },
  [`GET ${BOUNCED}`]: { response: json({ items: [BOUNCED_ADDRESS], nextCursor: null }) },
  [`GET ${BOUNCED}/csv`]: { response: { 'text/csv': BOUNCED_CSV } },
  'POST /v1/bounces': { request: { 'message/rfc822': BOUNCE_REPORT }, response: json({ result: 'taken' }) },
};
