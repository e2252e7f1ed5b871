// Measures the parts of a delivery on their own, in microseconds per message, to show where the time goes.
import { DISPATCH_QUEUE, QUEUE_PREFIX } from '@billing-mail/contracts';
import { composeMessage, type MessageDraft, readPkcs12 } from '@billing-mail/mail-core';
import { Sql } from '@billing-mail/platform';
import { openSession, type SmtpServer } from '@billing-mail/smtp-client';
import Bull from 'bull';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { workspaceRoot } from '@billing-mail/tools/workspace';
import { serve } from './serve.js';

const WARM_UP = 0.2;

/** Resolves with the microseconds per run of `count` runs, `together` at a time. */
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

/** The methods of the dispatcher's store that are used here. */
type Records = {
  take(delivery: object): Promise<{ kind: string }>;
  release(release: object): Promise<boolean>;
  settle(write: object): Promise<{ isWritten: boolean }>;
};
// Loaded as built, because no code may import an app.
const RECORDS = join(workspaceRoot, 'apps', 'mail-dispatcher', 'dist', 'records', 'delivery-records.js');

/** Records an invoice to one person by the platform, claimed when it is taken in and sent by its first try. */
async function recordOne(records: Records): Promise<void> {
  const [id, claimId, attemptId] = [randomUUID(), randomUUID(), randomUUID()];
  const route = 'platform';
  const document = { id, type: 'invoice', number: '2026-0042' };
  const message = { sha256: 'ab'.repeat(32), size: 205_000, signed: true };
  const look = { firstRoute: route, companyName: 'ACME', replyTo: null };
  const taken = await records.take({
    ...{ id, teamId: 'acme', key: id, contentHash: id, document, requestedBy: { userId: 'clerk' }, subject: 'Invoice 2026-0042' },
    ...{ text: 'Please find the invoice attached.', html: null, resendOf: null, lane: 'acme/platform', sendAt: null },
    recipients: [{ address: 'payables@customer.example', name: 'Accounts payable', role: 'to' }],
    attachments: [
      {
        ...{ filename: '2026-0042.pdf', contentType: 'application/pdf', contentId: null },
        ...{ sha256: 'cd'.repeat(32), size: 150_000, ref: 'acme/2026-0042.pdf' },
      },
    ],
    fixed: { look, route, messageIds: { platform: `<${id}@platform.example>` }, notShown: 0 },
    claim: { claimId, workerId: 'bench', leaseMs: 60_000 },
  });
  const number = 1;
  const attempt = { id: attemptId, number, route, server: 'mail.example:587', message };
  const isReleased = await records.release({ id, claimId, revision: 0, attempt: { ...attempt, sinceMs: 5 }, positions: [0] });
  const { isWritten } = await records.settle({
    ...{ id, held: { claimId, revision: 0 }, takenBack: null },
    recipients: [{ position: 0, status: 'accepted', route, reason: null, reply: '250 2.0.0 ok', uncertainEnds: 0 }],
    attempt: {
      ...{ ...attempt, claimId, outcome: 'accepted', stage: 'final', code: 250, enhancedCode: '2.0.0' },
      ...{ reason: null, reply: '250 2.0.0 ok', tls: null, durationMs: 9 },
    },
    next: {
      ...{ status: 'sent', route, lane: 'acme/platform', usedFallback: false, failure: null },
      ...{ triedRoute: route, fingerprint: 'f', dueInMs: null, postponed: false },
    },
    outcome: { type: 'delivery_settled', teamId: 'acme', delivery: { id, key: id, document, status: 'sent' } },
  });
  if (taken.kind !== 'taken' || !isReleased || !isWritten) throw new Error('a delivery could not be recorded');
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

  /** Sends over kept sessions, sixteen at a time. */
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

  /** Records deliveries as taken, released and settled, sixteen at a time. */
  async statements(url: string, count: number): Promise<number> {
    const { DeliveryRecords } = (await import(RECORDS)) as { DeliveryRecords: new (sql: Sql) => Records };
    const source = await new DataSource({ type: 'postgres', url }).initialize();
    try {
      const records = new DeliveryRecords(new Sql(source));
      return await timeEach(count, 16, () => recordOne(records));
    } finally {
      await source.destroy();
    }
  },

  /** Lets a worker that does nothing take jobs that are already published. */
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
