// Measures the page as a browser feels it, with 100,000 deliveries in the log: `npm run measure-page`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { type Page } from 'playwright-core';
import { launchBrowser, openPage } from './browser.js';
import { putSettings } from './seed.js';
import { startSystem } from './system.js';
import { settled } from './views.js';

const DELIVERIES = 100_000;
const ASSETS = join(__dirname, '..', '..', 'dist', 'page', 'assets');

/** Settled deliveries, one a minute; ids grow with time as those of the service do (UUID version 7). */
async function fillLog(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, status, route, lane, created_at, settled_at, due_at)
     SELECT (lpad(to_hex(1790000000000 + n * 60000), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid, 'acme', 'k' || n, '', 
            jsonb_build_object('id', 'inv-' || n, 'type', 'invoice', 'number', n::text), '{"userId":"u"}', 'Invoice ' || n, 'sent', 'platform', 'acme',
            to_timestamp(1790000000 + n * 60), to_timestamp(1790000001 + n * 60), NULL
     FROM generate_series(1::bigint, $1::bigint) n`,
    [DELIVERIES],
  );
  await client.query('ANALYZE dispatch.deliveries');
  await client.end();
}

const paints = (page: Page): Promise<Record<string, number>> =>
  page.evaluate(() =>
    Object.fromEntries(performance.getEntriesByType('paint').map(({ name, startTime }) => [name, Math.round(startTime)])),
  );

const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          resolve((list.getEntries() as (PerformanceEntry & { value: number })[]).reduce((sum, { value }) => sum + value, 0));
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(0), 300);
      }),
  );

async function main(): Promise<void> {
  const sizes = readdirSync(ASSETS)
    .filter((name) => name.endsWith('.js'))
    .map((name) => gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length);
  console.log(
    `JavaScript, gzipped: ${(sizes.reduce((sum, size) => sum + size, 0) / 1024).toFixed(1)} KiB in ${sizes.length} files, the largest ${(Math.max(...sizes) / 1024).toFixed(1)} KiB`,
  );
  const [system, browser] = await Promise.all([startSystem(), launchBrowser()]);
  try {
    await putSettings(system, 'acme', { companyName: 'ACME GmbH' });
    await fillLog(system.database.url);
    for (const path of ['/teams/acme/settings/invoicing', '/teams/acme/deliveries']) {
      const { page, context } = await openPage(browser, system, path);
      await settled(page);
      // Once more with everything in the browser's cache, as on every day but the first.
      const since = Date.now();
      await page.reload();
      await settled(page);
      if (path.endsWith('deliveries')) await page.getByRole('row').nth(1).waitFor();
      console.log(path, `ready after ${Date.now() - since} ms`, await paints(page), `layout shift ${(await layoutShift(page)).toFixed(4)}`);
      if (path.endsWith('deliveries')) await scroll(page);
      await context.close();
    }
  } finally {
    await browser.close();
    await system.stop();
  }
}

/** Scrolls for five seconds and says how far it came and how long the longest frame took. */
async function scroll(page: Page): Promise<void> {
  const seen = await page.evaluate(
    () =>
      new Promise<{ frames: number; longestMs: number; rowsInPage: number; reached: number }>((resolve) => {
        const begin = performance.now();
        let [last, frames, longestMs] = [begin, 0, 0];
        const step = (now: number): void => {
          longestMs = Math.max(longestMs, now - last);
          [last, frames] = [now, frames + 1];
          window.scrollBy(0, 400);
          if (now - begin < 5000) requestAnimationFrame(step);
          else {
            const rows = [...document.querySelectorAll<HTMLElement>('[role="row"][data-index]')];
            resolve({ frames, longestMs: Math.round(longestMs), rowsInPage: rows.length, reached: Number(rows.at(-1)?.dataset['index']) });
          }
        };
        requestAnimationFrame(step);
      }),
  );
  console.log('scrolling for 5 s', seen);
}

void main();
