// Repeatedly checks whether services are alive and sends one invoice after the other. When it is told to end, it reports what it noticed.
import { setTimeout as pause } from 'node:timers/promises';
import { invoice } from '@billing-mail/tools/stage';
import { call, findDelivery } from '@billing-mail/tools/services-client';
import { type Noticed, type Outlook } from './bystander.js';

const EVERY_MS = 10;
let isOver = false;

async function watch(url: string): Promise<number> {
  let longestMs = 0;
  while (!isOver) {
    const since = performance.now();
    // A service that does not answer at all has stalled for as long as the request takes.
    await fetch(`${url}/health/live`).then(
      (response) => response.text(),
      () => undefined,
    );
    longestMs = Math.max(longestMs, performance.now() - since);
    await pause(EVERY_MS);
  }
  return longestMs;
}

/** Resolves with the duration of each invoice. */
async function sendInvoices({ dispatcherUrl, token, teamId, atLeastInvoices }: Outlook): Promise<number[]> {
  const took: number[] = [];
  while (!isOver || took.length < atLeastInvoices) {
    const { key: number, version: _version, teamId: _teamId, ...body } = invoice(teamId);
    const key = `bystander-${process.pid}-${number}`;
    const since = performance.now();
    // An invoice that is given up on took at least this long.
    await sendOne(dispatcherUrl, token, teamId, key, body).catch(console.error);
    took.push(performance.now() - since);
  }
  return took;
}

async function sendOne(dispatcherUrl: string, token: string, teamId: string, key: string, body: object): Promise<void> {
  const url = `${dispatcherUrl}/v1/teams/${teamId}/deliveries`;
  const document = { id: key, type: 'invoice' };
  await call(url, token, { method: 'POST', body: { ...body, document }, headers: { 'idempotency-key': key }, expect: [202] });
  while ((await findDelivery(dispatcherUrl, token, { teamId, key, documentId: key }))?.status !== 'sent') await pause(EVERY_MS);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

// The parent process is gone, so nobody is left to report to.
process.once('disconnect', () => process.exit());
process.once('message', (outlook: Outlook) => {
  process.once('message', () => (isOver = true));
  // The first request to each service is not measured: it opens a connection and loads code.
  void Promise.all(outlook.urls.map((url) => fetch(`${url}/health/live`))).then(async () => {
    process.send?.('begun');
    const [invoices, ...stalls] = await Promise.all([sendInvoices(outlook), ...outlook.urls.map(watch)]);
    const noticed: Noticed = { stallMs: Math.max(...stalls), invoiceMs: median(invoices) };
    process.send?.(noticed, () => process.exit());
  });
});
