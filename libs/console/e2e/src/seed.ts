// Teams and documents that show every kind of outcome.
import { type DispatchJobInput, type EmailDeliveryInput } from '@billing-mail/contracts';
import { DOWN_PORT, type System } from './system.js';

type Document = Omit<DispatchJobInput, 'version' | 'teamId' | 'key'>;
export type Settings = Partial<EmailDeliveryInput> & Pick<EmailDeliveryInput, 'companyName'>;

const PDF = Buffer.from('%PDF-1.7\n% a sample invoice\n%%EOF\n').toString('base64');

/** A document as invoicing would hand it over; `changes` make it another. */
export const invoice = (number: string, changes: Partial<Document> = {}): Document => ({
  requestedBy: { userId: 'anna.berg', locale: 'en' },
  document: { id: `inv-${number}`, type: 'invoice', number },
  to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
  subject: `Invoice ${number}`,
  text: 'Please find the invoice attached.',
  attachments: [{ filename: `${number}.pdf`, contentType: 'application/pdf', content: PDF }],
  ...changes,
});

export async function putSettings(system: System, teamId: string, settings: Settings, userId = 'anna.berg'): Promise<void> {
  const token = await system.token({ sub: userId, teams: { [teamId]: 'admin' } });
  await call('PUT', `${system.urls['settings-api']}/v1/teams/${teamId}/email-delivery`, token, settings);
}

/** Hands a document over and answers the delivery's id. */
export async function send(system: System, teamId: string, document: Document, key = document.document.id): Promise<string> {
  const token = await system.token({ sub: 'invoicing', role: 'service' });
  const url = `${system.urls['mail-dispatcher']}/v1/teams/${teamId}/deliveries`;
  const { id } = (await call('POST', url, token, document, { 'Idempotency-Key': key })) as { id: string };
  return id;
}

async function call(method: string, url: string, token: string, body: object, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Team acme on the platform's server, team globex with a server that is down, and documents that end in each way. */
export async function seed(system: System): Promise<void> {
  await putSettings(system, 'acme', {
    companyName: 'ACME GmbH',
    replyTo: 'billing@acme.example',
    locale: 'de',
    cc: [{ address: 'boss@acme.example', name: 'Geschäftsleitung' }],
    bcc: [{ address: 'controlling@acme.example' }, { address: 'archive@acme.example' }],
    notifyUserIds: ['anna.berg'],
  });
  await putSettings(system, 'globex', {
    companyName: 'Globex Corporation',
    locale: 'en',
    sender: 'custom',
    fallback: true,
    smtp: {
      host: '127.0.0.1',
      port: DOWN_PORT,
      security: 'none',
      auth: { type: 'none' },
      fromAddress: 'billing@globex.example',
      fromName: 'Globex Billing',
    },
    notifyUserIds: ['anna.berg'],
  });
  system.platform.script = {
    rcpt: (address) => {
      if (address.startsWith('gone')) return '550 5.1.1 <gone@customer.example>: Recipient address rejected: User unknown';
      if (address.startsWith('full')) return '452 4.2.2 The email account that you tried to reach is over quota';
      return '250 2.1.5 Ok';
    },
  };
  for (let index = 0; index < 9; index += 1) await send(system, 'acme', invoice(`2026-01${10 + index}`));
  await send(
    system,
    'acme',
    invoice('2026-0142', {
      to: [{ address: 'payables@customer.example', name: 'Accounts payable' }, { address: 'gone@customer.example' }],
    }),
  );
  await send(system, 'acme', invoice('2026-0143', { to: [{ address: 'gone@customer.example' }] }));
  await send(system, 'acme', invoice('2026-0144', { to: [{ address: 'full@customer.example' }] }));
  await send(system, 'globex', invoice('G-2026-7'));
  await send(system, 'globex', invoice('G-2026-8'));
}
