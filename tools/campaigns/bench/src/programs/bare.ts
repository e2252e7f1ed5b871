// What a user would write without this product: a Bull worker and nodemailer's pool. It records nothing, and only the job survives a crash.
import { join } from 'node:path';
import { DISPATCH_JOB, DISPATCH_QUEUE, QUEUE_PREFIX, type DispatchJobInput } from '@billing-mail/contracts';
import Bull from 'bull';
import { createTransport } from 'nodemailer';
import type { Options } from 'nodemailer/lib/mailer';
import { forgeSigner } from '../contenders/forge-signer.js';
import { serve } from './serve.js';

export type BareOptions = {
  redisUrl: string;
  documents: string;
  port: number;
  from: string;
  /** Signs with node-forge's own PKCS#7. */
  signer?: { keyPem: string; certificatePem: string; chainPem: string[] };
};

const calls = {
  work({ redisUrl, documents, port, from, signer }: BareOptions): void {
    const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, pool: true, maxConnections: 16, maxMessages: 100 });
    const sign = signer === undefined ? null : forgeSigner(signer);
    const queue = new Bull<DispatchJobInput>(DISPATCH_QUEUE, redisUrl, { prefix: QUEUE_PREFIX });
    void queue.process(DISPATCH_JOB, 16, async ({ data }) => {
      const { to, cc, bcc, subject, text, html, attachments = [] } = data;
      const files = attachments.map((file) =>
        'ref' in file
          ? { filename: file.filename, contentType: file.contentType, path: join(documents, file.ref) }
          : { filename: file.filename, contentType: file.contentType, content: file.content, encoding: 'base64' as const },
      );
      const mail = { from, to: named(to), cc: named(cc), bcc: named(bcc), subject, text, html, attachments: files };
      await transport.sendMail(sign === null ? mail : { envelope: { from, to: to.map(({ address }) => address) }, raw: await sign(mail) });
    });
  },
};
export type BareCalls = typeof calls;

const named = (list: DispatchJobInput['to'] = []): Options['to'] => list.map(({ address, name = '' }) => ({ address, name }));

serve(calls);
