// Finding documents in the delivery log, and its chart, in a real browser.
import { eventually } from '@billing-mail/testkit';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Page } from 'playwright-core';
import { seriousFindings } from './browser.js';
import { listed, setUpDesk } from './desk.js';
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
    await listed(page, 1);
    await page.getByRole('link', { name: 'Invoice RE-77' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Invoice RE-77' }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as CSV' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(2);
    // Times in the reader's time zone, the status in the words of the page, and the recipient.
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,.*,RE-77,.*,payables@customer\.example,/);
  });

  it('shows who a document goes to, and how many others', async () => {
    const to = [{ address: 'payables@stadtwerke.example', name: 'Stadtwerke' }, { address: 'second@stadtwerke.example' }];
    await send(system, 'acme', invoice('RE-80', { to }));
    const page = await desk.open('/teams/acme/deliveries?search=RE-80');
    await page.getByRole('columnheader', { name: 'Recipient' }).waitFor();
    await rows(page).filter({ hasText: 'payables@stadtwerke.example and 1 more' }).getByText('Stadtwerke', { exact: true }).waitFor();
    // On a phone the address may be cut off, but never the number of other recipients.
    await page.setViewportSize({ width: 320, height: 640 });
    const cell = rows(page).filter({ hasText: 'and 1 more' }).getByRole('cell', { name: 'and 1 more' });
    expect(await cell.evaluate(partInSight, 'and 1 more')).toBe(1);
  });

  it('begins with what needs attention, keeps a filter by name for its user, and leads from each figure to its documents', async () => {
    const page = await desk.open('/teams/acme/settings/invoicing');
    await page.getByRole('link', { name: 'Delivery log', exact: true }).click();
    await page.waitForURL(/\?status=needs_attention$/);
    await page.getByRole('button', { name: 'Save this filter' }).click();
    await page.getByRole('textbox', { name: 'Name of the filter' }).fill('Mine to mend');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Clear filter' }).click();
    await page.waitForURL(/deliveries$/);
    await page.getByRole('link', { name: 'Mine to mend' }).click();
    await page.waitForURL(/\?status=needs_attention$/);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove the filter “Mine to mend”' }).click();
    await page.getByRole('link', { name: 'Mine to mend' }).waitFor({ state: 'detached' });

    const day = page.locator('tbody tr').filter({ has: page.locator('td a[href*="in_trouble"]') });
    await page.locator('summary').first().click();
    const figure = day.first().locator('td a[href*="in_trouble"]');
    const count = Number(await figure.innerText());
    await figure.click();
    await page.waitForURL(/status=in_trouble/);
    await listed(page, count);
    await page.getByText('These are all.').waitFor();
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
    await page.getByText('These are all.').waitFor();
    await eventually(
      () => rows(page).locator('[role="cell"]:last-child').allTextContents(),
      (days) => new Set(days.map((when) => when.split(',')[0])).size === 1,
    );
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
    // The browser may write days in another language than the page.
    await page.getByText('From: 2 Nov 2026 · Until: 1 Nov 2026', { exact: true }).waitFor();
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
    system.platform.script = {};
  });

  it('is heard of by a team’s own program: added with a secret that is shown once, tried, and sent again from its log', async () => {
    const heard: { id: string; type: string }[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        heard.push({ id: String(request.headers['webhook-id']), type: (JSON.parse(body) as { type: string }).type });
        response.writeHead(heard.length === 1 ? 503 : 202).end('<b>thanks</b>');
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const page = await desk.open('/teams/acme/settings/invoicing', { allow: [422] });
    await page.getByRole('link', { name: 'Webhooks: notify your own programs' }).click();
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    const adding = page.getByRole('dialog', { name: 'Add a webhook' });
    await adding.getByLabel('Address').fill('https://10.0.0.1/hook');
    await adding.getByRole('button', { name: 'Add', exact: true }).click();
    await adding.getByText('This address cannot be used').waitFor();
    await adding.getByLabel('Address').fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`);
    await adding.getByRole('button', { name: 'Add', exact: true }).click();
    const secret = await page.locator('[data-secret]').textContent();
    expect(secret).toMatch(/^whsec_/);
    // It breaks into lines: a keyboard could not scroll it.
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.locator('[data-secret]').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Send a test message' }).click();
    // Card and log follow the message without a reload: it is refused, and accepted at the second try.
    await page.getByText('This webhook has accepted no message since').waitFor();
    const test = page.locator('[data-message][data-status="delivered"]').filter({ hasText: 'Test message' });
    await test.getByText('2 attempts').click();
    await page.getByText('This webhook has accepted no message since').waitFor({ state: 'detached' });
    await test.getByText('Answer 202').last().click();
    await test.getByText('<b>thanks</b>').first().waitFor();
    await page.getByLabel('State').selectOption('failed');
    await page.getByText('Nothing in this state.').waitFor();
    await send(system, 'acme', invoice('RE-88'));
    await eventually(
      () => heard,
      (all) => all.some(({ type }) => type === 'delivery.sent'),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Log', exact: true }).click();
    const sent = page.locator('[data-message][data-status="delivered"]').filter({ hasText: 'Sent: RE-88' });
    await sent.waitFor();
    await page.getByRole('button', { name: 'Hide the log' }).click();
    const lists: string[] = [];
    page.on('request', (request) => void (/\/webhooks$/.test(request.url()) && lists.push(request.url())));
    await page.getByRole('button', { name: 'Log', exact: true }).click();
    await sent.waitFor();
    // What the log already knew says nothing new of the webhook.
    expect(lists).toEqual([]);
    await sent.getByRole('button', { name: 'Send again: Sent: RE-88' }).click();
    await eventually(
      () => heard.filter(({ type }) => type === 'delivery.sent').map(({ id }) => id),
      (ids) => ids.length === 2 && ids[0] === ids[1],
    );
    await page.getByRole('button', { name: 'New keys' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Generate new keys' }).click();
    const renewed = await page.locator('[data-secret]').textContent();
    expect([renewed?.startsWith('whsec_'), renewed === secret]).toEqual([true, false]);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText('The previous keys stay valid until').waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No webhooks yet').waitFor();
    receiver.close();
  });
});

/** Returns the share of a text in an element that lies neither above nor below nor beside the element. */
function partInSight(element: Element, text: string): number {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const at = (node.nodeValue ?? '').indexOf(text);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + text.length);
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const boxes = [...range.getClientRects()];
    const shown = boxes.filter((box) => box.left >= left - 1 && box.right <= right + 1 && box.top >= top - 1 && box.bottom <= bottom + 1);
    return shown.length / boxes.length;
  }
  return 0;
}
