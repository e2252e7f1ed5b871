// The parts of a delivery alone, each in microseconds a message: where the time goes.
import { DISPATCH_QUEUE, QUEUE_PREFIX } from '@billing-mail/contracts';
import { composeMessage, type MessageDraft, readPkcs12 } from '@billing-mail/mail-core';
import { openSession, type SmtpServer } from '@billing-mail/smtp-client';
import Bull from 'bull';
import { randomBytes } from 'node:crypto';
import { serve } from './serve.js';

const WARM_UP = 0.2;

/** Microseconds for each of `count` runs, `together` at a time. */
async function timeEach(count: number, together: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const all = async (runs: number): Promise<void> => {
    let next = 0;
    const line = async (): Promise<void> => {
      while (next < runs) await work((next += 1));
    };
    await Promise.all(Array.from({ length: together }, line));
  };
  await all(Math.ceil(count * WARM_UP));
  const since = performance.now();
  await all(count);
  return (1000 * (performance.now() - since)) / count;
}

function draftOf(bytes: number): MessageDraft {
  const content = randomBytes(bytes);
  return {
    from: { address: 'e-invoice@platform.example', name: 'Bench' },
    replyTo: null,
    to: [{ address: 'a@customer.example' }],
    cc: [],
    subject: 'Invoice',
    date: new Date(0),
    messageId: '<1@platform.example>',
    deliveryId: '1',
    boundarySeed: '1',
    text: 'Please find the invoice attached.\n',
    html: null,
    attachments: [{ filename: 'invoice.pdf', contentType: 'application/pdf', size: bytes, content }],
  };
}

const calls = {
  compose: (bytes: number, count: number) => {
    const draft = draftOf(bytes);
    return timeEach(count, 4, () => composeMessage(draft, null));
  },

  composeSigned: (bytes: number, count: number, p12: Uint8Array, passphrase: string) => {
    const [draft, identity] = [draftOf(bytes), readPkcs12(Buffer.from(p12), passphrase)];
    return timeEach(count, 4, () => composeMessage(draft, identity));
  },

  /** Over kept sessions, sixteen at a time. */
  async smtp(port: number, bytes: number, count: number): Promise<number> {
    const message = await composeMessage(draftOf(bytes), null);
    const server: SmtpServer = { host: '127.0.0.1', port, security: 'none', auth: { type: 'none' }, trusted: true };
    const options = {
      policy: { allowedNetworks: [], allowedPorts: [] },
      timeouts: { connectMs: 5000, replyMs: 5000, finalReplyMs: 5000 },
      clientName: 'bench.example',
    };
    const opened = await Promise.all(Array.from({ length: 16 }, () => openSession(server, options)));
    const idle = opened.flatMap((result) => (result.ok ? [result.session] : []));
    const took = await timeEach(count, idle.length, async () => {
      const session = idle.pop();
      const result = await session?.send({
        from: 'e-invoice@platform.example',
        recipients: ['a@customer.example'],
        size: message.length,
        body: message,
        beforeEndOfData: () => Promise.resolve('release' as const),
      });
      if (session === undefined || result?.outcome !== 'accepted') throw new Error(`a message was ${result?.outcome ?? 'not sent'}`);
      idle.push(session);
    });
    await Promise.all(idle.map((session) => session.close()));
    return took;
  },

  /** Jobs that are published already, taken by a worker that does nothing. */
  async queue(redisUrl: string, count: number): Promise<number> {
    const queue = new Bull(DISPATCH_QUEUE, redisUrl, { prefix: QUEUE_PREFIX });
    let [done, since] = [0, 0];
    await new Promise<void>((resolve) => {
      void queue.process('*', 16, async () => {
        if (done === 0) since = performance.now();
        if ((done += 1) === count) resolve();
      });
    });
    const took = (1000 * (performance.now() - since)) / count;
    await queue.close(true);
    return took;
  },
};
export type PartsCalls = typeof calls;

serve(calls);
