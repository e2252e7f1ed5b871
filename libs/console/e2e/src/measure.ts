// Measures the page in a browser, with 100,000 deliveries in the log, and checks its bounds: `npm run measure-page`.
import { type Browser, type Page } from 'playwright-core';
import { launchBrowser, openPage } from './browser.js';
import { layoutShift, SHIFT_NOISE } from './layout-shift.js';
import { insertPastDeliveries, type Past } from './past-deliveries.js';
import { paste } from './paste.js';
import { invoice, putSettings, send } from './seed.js';
import { startSystem, type System } from './system.js';
import { settled } from './views/view.js';

/** The bounds that the page promises. */
const BOUNDS = { layoutShift: SHIFT_NOISE, listReadyMs: 1_000 } as const;

const DELIVERIES = 100_000;
const LIST = '/teams/acme/deliveries';

const broken: string[] = [];
const hold = (what: string, value: number, bound: number): void => {
  if (value >= bound) broken.push(`${what}: ${value}, allowed is less than ${bound}`);
};

/** Returns one delivery per minute until now. */
const longPast = (): Past[] =>
  Array.from({ length: DELIVERIES }, (_, index) => ({
    at: new Date(Date.now() - (DELIVERIES - index) * 60_000),
    number: String(index + 1),
    customer: { address: `customer${index % 5000}@customer.example`, name: `Customer ${index % 5000}` },
    outcome: 'sent',
  }));

const firstContentfulPaint = (page: Page): Promise<number> =>
  page.evaluate(() => Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN));

/** Opens a page twice: as on the first visit, and as on every later one, with everything in the browser's cache. */
async function measurePage(browser: Browser, system: System, path: string): Promise<void> {
  const { page, context } = await openPage(browser, system, path);
  for (const day of ['first visit', 'next visit']) {
    const since = Date.now();
    if (day === 'next visit') await page.reload();
    await settled(page);
    if (path === LIST) await page.locator('[role="row"][data-index]').first().waitFor();
    const readyMs = Date.now() - since;
    const { sum, moved } = await layoutShift(page);
    const ready = day === 'next visit' ? `, ready after ${readyMs} ms` : '';
    console.log(`${path}, ${day}: first contentful paint ${await firstContentfulPaint(page)} ms${ready}, layout shift ${sum.toFixed(4)}`);
    for (const each of moved) console.log(`  moved: ${each}`);
    hold(`layout shift of ${path}`, sum, BOUNDS.layoutShift);
    if (path === LIST && day === 'next visit') hold(`${DELIVERIES} deliveries ready after ms`, readyMs, BOUNDS.listReadyMs);
  }
  if (path === LIST) await scroll(page);
  await context.close();
}

/** Scrolls for five seconds, and reports how far it came and how long the longest frame took. */
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

/** Measures how long adding one more copy takes in a short list and in a long one. */
async function measureCopies(browser: Browser, system: System): Promise<void> {
  for (const count of [5, 500]) {
    const { page, context } = await openPage(browser, system, '/teams/acme/settings/invoicing');
    await settled(page);
    await paste(page, '#field-bcc', Array.from({ length: count }, (_, index) => `copy${index}@acme.example`).join('\n'));
    const times: number[] = [];
    for (let index = 0; index < 9; index += 1) {
      await page.locator('#field-bcc').fill(`another${index}@acme.example`);
      times.push(await page.evaluate(addTyped));
    }
    const median = times.sort((a, b) => a - b)[4] ?? Number.NaN;
    console.log(`one more copy on top of ${count}: ${median.toFixed(0)} ms until it is painted`);
    await context.close();
  }
}

/** Presses Enter in the focused field. Resolves with the milliseconds until the page has painted the result. */
function addTyped(): Promise<number> {
  return new Promise((resolve) => {
    const begin = performance.now();
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
  });
}

async function main(): Promise<void> {
  const browser = await launchBrowser();
  const system = await startSystem();
  try {
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', notifyUserIds: ['anna.berg'] });
    await insertPastDeliveries(system.database.url, 'acme', longPast());
    const id = await send(system, 'acme', invoice('measured'));
    for (const path of ['/teams/acme/settings/invoicing', LIST, `${LIST}/${id}`, '/teams/acme/inbox'])
      await measurePage(browser, system, path);
    await measureCopies(browser, system);
  } finally {
    await browser.close();
    await system.stop();
  }
  for (const each of broken) console.error(`BROKEN: ${each}`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

void main();
