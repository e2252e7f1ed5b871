// Measures what composing and signing cost, without everything around them.
import { composeMessage, createDetachedSignature, type MessageDraft, readPkcs12, streamMessage } from '@billing-mail/mail-core';
import { createTestIdentity } from '@billing-mail/testkit';
import { randomBytes } from 'node:crypto';

/** The smallest value of all rounds, in microseconds per run: on a shared machine the other rounds include the work of neighbours. */
export type Cost = { wallUs: number; cpuUs: number };

const FROM = 'e-invoice@platform.example';
const ROUNDS = 15;
const ROUND_MS = 100;

/** Returns a typical invoice with a document of this many KB, which is as random as a compressed PDF. */
export function sampleDraft(kilobytes: number): MessageDraft {
  const content = randomBytes(kilobytes * 1024);
  const sentence = 'Sehr geehrte Damen und Herren, anbei erhalten Sie unsere Rechnung über 100 €.';
  return {
    from: { address: FROM, name: 'ACME GmbH' },
    replyTo: 'billing@acme.example',
    to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
    cc: [],
    subject: 'Rechnung 2026-0042',
    date: new Date(),
    messageId: '<0193@platform.example>',
    deliveryId: '0193-abc',
    boundarySeed: '0193-abc platform',
    text: `${sentence}\n\n`.repeat(8),
    html: `<p>${sentence}</p>`.repeat(8),
    attachments: [{ filename: 'Rechnung 2026-0042.pdf', contentType: 'application/pdf', size: content.length, content }],
  };
}

/**
 * Measures the costs, keyed by what was done, such as `150 KB, signed`. CPU time includes the RSA operation,
 * which runs on a thread of its own.
 */
export async function measureComposing(): Promise<Record<string, Cost>> {
  const { p12, passphrase } = createTestIdentity({ address: FROM });
  const identity = readPkcs12(p12, passphrase);
  const costs: Record<string, Cost> = {};
  for (const kilobytes of [20, 150, 1024]) {
    const draft = sampleDraft(kilobytes);
    costs[`${kilobytes} KB, unsigned`] = await costOf(() => composeMessage(draft, null));
    costs[`${kilobytes} KB, signed`] = await costOf(() => composeMessage(draft, identity));
    costs[`${kilobytes} KB, signed, in blocks`] = await costOf(() => drain(streamMessage(draft, identity).blocks));
  }
  costs['signature alone'] = await costOf(() => createDetachedSignature(Buffer.alloc(32), new Date(), identity));
  return costs;
}

/** Resolves with the cost of one `work`, from rounds of equal length. */
export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const best = { wallUs: Infinity, cpuUs: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    let [count, elapsedMs] = [0, 0];
    while (elapsedMs < ROUND_MS) {
      await work();
      count += 1;
      elapsedMs = performance.now() - startedAt;
    }
    const { user, system } = process.cpuUsage(cpu);
    best.wallUs = Math.min(best.wallUs, (elapsedMs * 1000) / count);
    best.cpuUs = Math.min(best.cpuUs, (user + system) / count);
  }
  return best;
}

async function drain(blocks: AsyncIterable<Buffer>): Promise<void> {
  for await (const _block of blocks);
}
