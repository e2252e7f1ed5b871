// Finding documents in the delivery log, and its chart, in a real browser.
import { readFileSync } from 'node:fs';
import { type Page } from 'playwright-core';
import { seriousFindings } from './browser.js';
import { setUpDesk } from './desk.js';
import { insertPastDeliveries, pastMonth } from './past-deliveries.js';
import { invoice, putSettings, send } from './seed.js';
import { type System } from './system.js';

describe('the delivery log', () => {
  const desk = setUpDesk();
  let system: System;
  const rows = (page: Page) => page.locator('[role="row"][data-index]');
  const figures = (page: Page) => page.locator('figure').getAttribute('aria-label');

  beforeAll(async () => {
    ({ system } = desk);
    await putSettings(system, 'acme', { companyName: 'ACME GmbH' });
    await insertPastDeliveries(system.database.url, 'acme', pastMonth(new Date()));
  });

  it('finds a document by its words, keeps them in the address, and exports what it shows', async () => {
    await send(system, 'acme', invoice('RE-77', { subject: 'Für Müller & Söhne' }));
    const page = await desk.open('/teams/acme/deliveries');
    await page.getByLabel('Search (subject, number, name, address, Message-ID)').fill('MÜLLER re-77');
    await page.keyboard.press('Enter');
    await page.waitForURL(/search=/);
    await page.getByRole('link', { name: 'Invoice RE-77' }).waitFor();
    expect(await rows(page).count()).toBe(1);
    await page.reload();
    await page.getByRole('link', { name: 'Invoice RE-77' }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as CSV' }).click()]);
    expect(
      readFileSync(await download.path(), 'utf8')
        .trim()
        .split('\r\n'),
    ).toHaveLength(2);
  });

  it('leads from a bar to the documents of its day, and from the table by keyboard', async () => {
    const page = await desk.open('/teams/acme/deliveries');
    const bar = page
      .locator('svg a[data-date]')
      .filter({ has: page.locator('rect + rect') })
      .first();
    await bar.waitFor();
    const date = await bar.getAttribute('data-date');
    await bar.locator('rect').first().click({ force: true });
    await page.waitForURL(`**/deliveries?from=${date}&until=${date}`);
    expect([await page.getByLabel('From').inputValue(), await page.getByLabel('Until').inputValue()]).toEqual([date, date]);
    await page.getByText('That is all.').waitFor();
    const days = await rows(page).locator('[role="cell"]:last-child').allTextContents();
    expect(new Set(days.map((when) => when.split(',')[0])).size).toBe(1);
    await page.getByRole('button', { name: 'Clear filter' }).click();
    await page.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('tbody th a').nth(1).focus();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL(/from=/);
  });

  it('refuses a last day before the first where it was typed', async () => {
    const page = await desk.open('/teams/acme/deliveries?from=2026-11-02');
    await page.getByLabel('Until').fill('2026-11-01');
    await page.keyboard.press('Enter');
    await page.getByText('lies before “From”').waitFor();
    expect(page.url()).toMatch(/deliveries\?from=2026-11-02$/);
  });

  it('counts a new document in the chart without a reload', async () => {
    const page = await desk.open('/teams/acme/deliveries');
    await page.locator('figure').waitFor();
    const before = await figures(page);
    await send(system, 'acme', invoice('counted'));
    await page.waitForFunction((text) => document.querySelector('figure')?.getAttribute('aria-label') !== text, before);
  });

  it('says why one failed in the language that the reader changes to', async () => {
    system.platform.script = { rcpt: () => '550 5.1.1 no such user' };
    await send(system, 'acme', invoice('gone'));
    const page = await desk.open('/teams/acme/deliveries?search=gone', { locale: 'de' });
    await page.getByRole('link', { name: 'Rechnung gone' }).click();
    await page.getByText('Die E-Mail-Adresse des Empfängers gibt es nicht.').first().waitFor();
    await page.getByRole('button', { name: 'Sprache und Darstellung' }).click();
    await page.getByText('English').first().click();
    await page.getByText('The e-mail address of the recipient does not exist.').first().waitFor();
  });
});
