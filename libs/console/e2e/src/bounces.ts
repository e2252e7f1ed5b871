// What mail servers report about documents some time after they accepted them, for tests and samples.
import { eventually } from '@billing-mail/testkit';
import { type System } from './system.js';

export type ReportedFate = { address: string; action?: 'failed' | 'delayed' | 'delivered'; status?: string; diagnostic?: string };

/**
 * Brings a report on a delivery that the platform's server sent, like a mail server that pipes its reports. The report has the form in
 * which Postfix wrote one on loopback.
 */
export async function report(
  system: System,
  deliveryId: string,
  fates: readonly ReportedFate[],
  server = 'mx.customer.example',
): Promise<void> {
  const mark = `X-Billing-Delivery: ${deliveryId}`;
  const { from: to, raw } = await eventually(
    () => system.platform.messages.find((message) => message.raw?.includes(mark)),
    (message) => message !== undefined,
  ).then((message) => message ?? { from: '', raw: null });
  const told = fates.map(({ action = 'failed', status = '5.1.1', diagnostic = '550 5.1.1 User unknown', ...fate }) => ({
    ...{ action, status, diagnostic },
    ...fate,
  }));
  const headers = raw?.subarray(0, raw.indexOf('\r\n\r\n')).toString() ?? '';
  await bring(system, to, postfixReport(server, to, told, headers));
}

/** Returns a report as Postfix writes it: a part in words, a part about each recipient, and the headers of the message. */
function postfixReport(server: string, to: string, told: readonly Required<ReportedFate>[], headers: string): string[] {
  const boundary = `F2AB824A6A1.1795772785/${server}`;
  const part = (description: string, type: string, ...lines: string[]): string =>
    [`--${boundary}`, `Content-Description: ${description}`, `Content-Type: ${type}`, '', ...lines, ''].join('\r\n');
  return [
    `Received: by ${server} (Postfix)\r\n\tid 2D47924A337; Fri, 27 Nov 2026 09:46:25 +0000 (UTC)`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
    '',
    'This is a MIME-encapsulated message.',
    '',
    part(
      'Notification',
      'text/plain; charset=utf-8',
      `This is the mail system at host ${server}.`,
      '',
      "I'm sorry to have to inform you that your message could not",
      "be delivered to one or more recipients. It's attached below.",
      '',
      ...told.map(
        ({ address, diagnostic }) => `<${address}>: host ${server}[192.0.2.7] said: ${diagnostic}\r\n    (in reply to RCPT TO command)\r\n`,
      ),
    ),
    part(
      'Delivery report',
      'message/delivery-status',
      `Reporting-MTA: dns; ${server}`,
      'X-Postfix-Queue-ID: F2AB824A6A1',
      `X-Postfix-Sender: rfc822; ${to}`,
      '',
      ...told.map(({ address, action, status, diagnostic }) =>
        [
          `Final-Recipient: rfc822; ${address}`,
          `Original-Recipient: rfc822;${address}`,
          `Action: ${action}`,
          `Status: ${status}`,
          `Remote-MTA: dns; ${server}`,
          `Diagnostic-Code: smtp; ${diagnostic}`,
          '',
        ].join('\r\n'),
      ),
    ),
    part('Undelivered Message Headers', 'text/rfc822-headers', `Return-Path: <${to}>`, headers),
    `--${boundary}--`,
    '',
  ];
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
