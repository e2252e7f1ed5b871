// The local mailbox accepts everything. For one address, this file plays the next mail server, which reports that the user does not exist.
import { createTransport } from 'nodemailer';
import { z } from 'zod';

/** Mail to this address bounces a moment after it was sent. */
export const BOUNCING_ADDRESS = 'nobody@customer.example';

const LOOK_MS = 1000;
const ANSWER_MS = 5000;

const mails = z.array(
  z.object({
    id: z.string(),
    messageId: z.string().optional(),
    envelope: z.object({ from: z.unknown(), to: z.array(z.unknown()) }),
  }),
);
const addressOf = (value: unknown): string => (typeof value === 'string' ? value : z.object({ address: z.string() }).parse(value).address);

/** Looks into the mailbox once a second until the process ends. After an error, the next look tries again. */
export function reportWhatBounces(mailboxUrl: string, bounceSmtpPort: number): void {
  const reported = new Set<string>();
  const look = async (): Promise<void> => {
    const answer = await fetch(`${mailboxUrl}/api/email?sort=desc&limit=20`, { signal: AbortSignal.timeout(ANSWER_MS) });
    for (const { id, messageId, envelope } of mails.parse(await answer.json())) {
      if (reported.has(id) || !envelope.to.some((to) => addressOf(to).toLowerCase() === BOUNCING_ADDRESS)) continue;
      await bringReport(bounceSmtpPort, addressOf(envelope.from), messageId ?? '');
      reported.add(id);
    }
  };
  let isLooking = false;
  setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, LOOK_MS).unref();
}

/** Sends a delivery status notification (RFC 3464). */
async function bringReport(port: number, to: string, messageId: string): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true });
  const part = (type: string, ...lines: string[]): string => ['--report', `Content-Type: ${type}`, '', ...lines, ''].join('\r\n');
  const raw = [
    'From: Mail Delivery System <mailer-daemon@mx.customer.example>',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="report"',
    '',
    part('text/plain', `${BOUNCING_ADDRESS}: no such user`),
    part(
      'message/delivery-status',
      'Reporting-MTA: dns; mx.customer.example',
      '',
      `Final-Recipient: rfc822; ${BOUNCING_ADDRESS}`,
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1 No such user here',
    ),
    part('text/rfc822-headers', `Message-ID: ${messageId}`),
    '--report--',
    '',
  ].join('\r\n');
  try {
    await transport.sendMail({ envelope: { from: '', to }, raw });
  } finally {
    transport.close();
  }
}
