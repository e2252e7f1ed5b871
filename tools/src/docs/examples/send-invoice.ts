import { readFile } from 'node:fs/promises';
import { mailDispatcher } from '@billing-mail/contracts/http';

/** Returns the id of the delivery. Sending the same key again is safe: it stays one delivery. */
export async function sendInvoice(baseUrl: string, token: string, pdfFile: string): Promise<string> {
  const pdf = await readFile(pdfFile);
  const { data, error } = await mailDispatcher({ baseUrl, token }).POST('/v1/teams/{teamId}/deliveries', {
    params: { path: { teamId: 'acme' }, header: { 'Idempotency-Key': 'inv-2026-0045' } },
    body: {
      requestedBy: { userId: 'u17', email: 'clerk@acme.example', locale: 'en' },
      document: { id: 'inv-2026-0045', type: 'invoice', number: '2026-0045' },
      to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
      subject: 'Invoice 2026-0045',
      text: 'Hello,\n\nplease find attached our invoice 2026-0045.\n',
      attachments: [{ filename: '2026-0045.pdf', contentType: 'application/pdf', content: pdf.toString('base64') }],
    },
  });
  if (error !== undefined) throw new Error(`${error.title}: ${error.detail}`);
  return data.id;
}
