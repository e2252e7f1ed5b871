import { createTestIdentity, verifyWithOpenssl } from '@billing-mail/testkit';
import { forgeSigner } from './forge-signer.js';

describe('the signer of node-forge', () => {
  it('does the whole work: its signature holds', async () => {
    const from = 'billing@bench.example';
    const identity = createTestIdentity({ address: from });
    const sign = forgeSigner(identity);
    const attachments = [{ filename: 'invoice.pdf', contentType: 'application/pdf', content: Buffer.alloc(5000, '%PDF-1.7 ') }];
    const message = await sign({ from, to: 'a@customer.example', subject: 'Invoice', text: 'Attached.', attachments });
    await expect(verifyWithOpenssl(message, { caPem: identity.caPem, from })).resolves.toMatchObject({ ok: true });
  });
});
