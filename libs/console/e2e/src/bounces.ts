// What mail servers report of documents some time after they took them, for tests and samples.
import { eventually } from './eventually.js';
import { type System } from './system.js';

export type Fate = { address: string; action?: 'failed' | 'delayed' | 'delivered'; status?: string; diagnostic?: string };

/** Brings a report (RFC 3464) on a delivery that our own server sent, as a mail server that pipes would. */
export async function report(system: System, deliveryId: string, fates: readonly Fate[], server = 'mx.customer.example'): Promise<void> {
  const mark = `X-Billing-Delivery: ${deliveryId}`;
  const { from: to } = await eventually(
    () => system.platform.messages.find(({ raw }) => raw?.includes(mark)),
    (message) => message !== undefined,
  ).then((message) => message ?? { from: '' });
  const groups = fates.map(({ address, action = 'failed', status = '5.1.1', diagnostic = '550 5.1.1 User unknown' }) =>
    [`Final-Recipient: rfc822; ${address}`, `Action: ${action}`, `Status: ${status}`, `Diagnostic-Code: smtp; ${diagnostic}`].join('\r\n'),
  );
  const part = (type: string, text: string): string => ['--part', `Content-Type: ${type}`, '', text, ''].join('\r\n');
  await bring(system, to, [
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
    '',
    part('text/plain', 'This is the mail system.'),
    part('message/delivery-status', [`Reporting-MTA: dns; ${server}`, ...groups].join('\r\n\r\n')),
    '--part--',
    '',
  ]);
}

async function bring(system: System, to: string, lines: readonly string[]): Promise<void> {
  const token = await system.token({ sub: 'mail-server', role: 'service' });
  const response = await fetch(`${system.urls['mail-dispatcher']}/v1/bounces?to=${encodeURIComponent(to)}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'message/rfc822' },
    body: [`From: MAILER-DAEMON@mx.customer.example`, `To: ${to}`, ...lines].join('\r\n'),
  });
  const { result } = (await response.json()) as { result?: string };
  if (result !== 'taken') throw new Error(`The report on ${to} was not taken: ${response.status} ${result ?? ''}`);
}
