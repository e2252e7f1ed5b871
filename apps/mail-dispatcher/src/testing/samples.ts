// Settings and documents for tests.
import { randomUUID } from 'node:crypto';
import { type DispatchJobInput, type TeamMailSettings } from '@billing-mail/contracts';

/** Settings of a team that sends by the platform, with `changes`. */
export const teamSettings = (teamId: string, changes: Partial<TeamMailSettings> = {}): TeamMailSettings => ({
  teamId,
  companyName: 'ACME GmbH',
  replyTo: 'billing@acme.example',
  locale: 'en',
  cc: [],
  bcc: [],
  copies: [],
  sender: 'platform',
  smtp: null,
  certificate: null,
  fallback: false,
  notifyUserIds: [],
  version: 1,
  updatedAt: new Date().toISOString(),
  updatedBy: 'u1',
  ...changes,
});

/** Settings of a team's own server, on loopback. */
export const ownServer = (
  port: number,
  changes: Partial<NonNullable<TeamMailSettings['smtp']>> = {},
): NonNullable<TeamMailSettings['smtp']> => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  auth: { type: 'none' },
  fromAddress: 'billing@acme.example',
  fromName: 'ACME Billing',
  ...changes,
});

/** A document to one recipient with a small attachment. */
export const invoice = (changes: Partial<DispatchJobInput> = {}): DispatchJobInput => ({
  version: 1,
  key: randomUUID(),
  teamId: 'acme',
  requestedBy: { userId: 'u17', email: 'clerk@acme.example', locale: 'en' },
  document: { id: 'inv-1', type: 'invoice', number: '2026-0042' },
  to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
  subject: 'Invoice 2026-0042',
  text: 'Please find the invoice attached.',
  attachments: [{ filename: '2026-0042.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7 invoice').toString('base64') }],
  ...changes,
});
