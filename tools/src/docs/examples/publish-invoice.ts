import { readFile } from 'node:fs/promises';
import { DISPATCH_QUEUE, publishDispatchJob, QUEUE_PREFIX } from '@billing-mail/contracts';
import Queue from 'bull';

/** Resolves once Redis has the job. Publishing the same key again is safe: it stays one delivery. */
export async function publishInvoice(redisUrl: string, pdfFile: string): Promise<void> {
  const queue = new Queue(DISPATCH_QUEUE, redisUrl, { prefix: QUEUE_PREFIX });
  const pdf = await readFile(pdfFile);
  await publishDispatchJob(queue, {
    version: 1,
    key: 'inv-2026-0042',
    teamId: 'acme',
    requestedBy: { userId: 'u17', email: 'clerk@acme.example', locale: 'en' },
    document: { id: 'inv-2026-0042', type: 'invoice', number: '2026-0042' },
    to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
    subject: 'Invoice 2026-0042',
    text: 'Hello,\n\nplease find attached our invoice 2026-0042.\n',
    attachments: [{ filename: '2026-0042.pdf', contentType: 'application/pdf', content: pdf.toString('base64') }],
  });
  await queue.close();
}
