// Documents that come back after they were sent, in a real browser: the delivery, the list, the report, the addresses, the inbox.
import { readFileSync } from 'node:fs';
import { type Page } from 'playwright-core';
import { report } from './bounces.js';
import { MAX, seriousFindings } from './browser.js';
import { listed, setUpDesk } from './desk.js';
import { keyboardOf } from './keyboard.js';
import { allSettled, invoice, putSettings, send } from './seed.js';
import { type System } from './system.js';
import { settled } from './views/view.js';

const HOSTILE = '<img src=x onerror="document.title=1">';
const to = (...addresses: string[]) => ({ to: addresses.map((address) => ({ address })) });

describe('what comes back', () => {
  const desk = setUpDesk();
  let system: System;

  beforeAll(async () => {
    ({ system } = desk);
    for (const team of ['acme', 'brandt']) await putSettings(system, team, { companyName: team, notifyUserIds: ['anna.berg'] });
    await putSettings(system, 'globex', {
      companyName: 'Globex',
      sender: 'custom',
      smtp: { host: '127.0.0.1', port: system.own.port, security: 'none', auth: { type: 'none' }, fromAddress: 'billing@globex.example' },
    });
  });

  /** Sends a document and waits until it is settled, because a mail server reports only then. */
  async function sent(team: string, number: string, ...addresses: string[]): Promise<string> {
    const id = await send(system, team, invoice(number, to(...addresses)));
    await allSettled(system, [team]);
    return id;
  }
  const course = (page: Page) => page.getByRole('region', { name: 'Timeline' });

  it('is shown without a reload: who, why, who says so; and told in the inbox, which leads there', async () => {
    const id = await sent('acme', 'back', 'good@x.example', 'gone@x.example');
    const page = await desk.open(`/teams/acme/deliveries/${id}`);
    await page.getByRole('status').getByText('Accepted by the mail server').waitFor();
    await page.evaluate(() => void Object.assign(globalThis, { neverReloaded: true }));
    await report(system, id, [{ address: 'good@x.example', action: 'delayed', status: '4.4.1' }]);
    await report(system, id, [{ address: 'gone@x.example', diagnostic: `550 5.1.1 ${HOSTILE}` }]);

    await page.getByRole('status').getByText('Came back from some recipients').waitFor();
    await course(page).getByText('Delayed on the way to good@x.example').waitFor();
    await course(page).getByText('Came back from gone@x.example').waitFor();
    await course(page).getByText('Reported by mx.customer.example').first().waitFor();
    const recipient = page.locator('[data-recipient="gone@x.example"]');
    await recipient.getByText('This e-mail address does not exist.').waitFor();
    expect(await recipient.locator('[data-status]').getAttribute('data-status')).toBe('bounced');
    expect(await course(page).locator('code').last().isVisible()).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByRole('link', { name: 'Inbox, 1 unread' }).click();
    await page.getByRole('img', { name: 'Came back' }).waitFor();
    await page.getByRole('link', { name: 'Open the delivery' }).click();
    await page.getByRole('heading', { name: 'Invoice back' }).waitFor();
  });

  it('is corrected and sent again by keyboard, to those alone from whom it came back', async () => {
    const id = await sent('acme', 'wrong', 'fine@x.example', 'wrnog@x.example');
    await report(system, id, [{ address: 'wrnog@x.example' }]);
    const page = await desk.open(`/teams/acme/deliveries/${id}`);
    await settled(page);
    const keys = keyboardOf(page);
    await keys.use(page.getByRole('button', { name: 'Correct the address and send again' }));
    const dialog = page.getByRole('dialog', { name: 'Correct the address and send again' });
    const field = dialog.getByLabel('To: address instead of wrnog@x.example');
    await field.waitFor();
    expect(await dialog.getByRole('checkbox', { checked: true }).count()).toBe(0);
    await dialog.getByText('The document came back from this address. This e-mail address does not exist.').waitFor();
    await page.waitForFunction(
      () => document.activeElement instanceof HTMLInputElement && document.activeElement.value === 'wrnog@x.example',
    );
    await field.press('Control+a');
    await page.keyboard.type('wrong@x.example');
    expect(await dialog.getByRole('checkbox', { checked: true }).count()).toBe(1);
    await keys.use(dialog.getByRole('button', { name: 'Send again to 1 recipient' }));
    await page.getByText('Sent again by anna.berg on').waitFor();
    expect(await page.locator('[data-recipient]').evaluateAll((all) => all.map((each) => each.getAttribute('data-recipient')))).toEqual([
      'wrong@x.example',
    ]);
  });

  it('says where the reports go when the team has its own server', async () => {
    const id = await sent('globex', 'own', 'a@x.example');
    const page = await desk.open(`/teams/globex/deliveries/${id}`);
    await page.getByText('the report goes to the mailbox of your sender address').waitFor();
  });

  it('is found by the filter, counted, and reported as figures and as a file', async () => {
    const document = (month: string) => ({
      id: `sub-${month}`,
      type: 'invoice' as const,
      number: `S-${month}`,
      recurrence: { seriesId: 'sub', occurrence: month },
    });
    const id = await send(system, 'brandt', invoice('S-11', { ...to('a@y.example', 'b@y.example'), document: document('2026-11') }));
    await send(system, 'brandt', invoice('S-12', { ...to('c@y.example'), document: document('2026-12') }));
    await allSettled(system, ['brandt']);
    await report(system, id, [{ address: 'b@y.example' }]);
    const page = await desk.open('/teams/brandt/deliveries');
    await page.getByLabel('State').selectOption({ label: 'Came back' });
    await page.waitForURL(/status=bounced/);
    await page.getByText('Came back from 1 of 3 recipients in the last 30 days.').waitFor();
    await page.getByRole('link', { name: 'Invoice S-2026-11' }).waitFor();
    await listed(page, 1);

    await page.getByRole('link', { name: 'Report on a billing run' }).click();
    await page.getByText('2 documents to 3 recipients').waitFor();
    await page.getByLabel('Occurrence (such as 2026-11)').fill('2026-11');
    await page.keyboard.press('Enter');
    await page.waitForURL(/occurrence=2026-11/);
    await page.getByText('1 document to 2 recipients').waitFor();
    const figures = page.getByRole('region', { name: 'Recipients' }).getByRole('row');
    expect((await figures.allInnerTexts()).map((line) => line.replace(/\s+/g, ' '))).toEqual([
      ...['Sent to 2', 'of these did not come back 1', 'of these came back 1', 'of these uncertain 0'],
      ...['Not accepted by the mail server 0', 'Under way 0', 'Cancelled 0'],
    ]);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as CSV' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^S-2026-11,sub-2026-11,Invoice,.*,To,b@y\.example,Came back,/);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('makes an address known as undeliverable: listed, warned of, exported, removed by keyboard', async () => {
    const id = await sent('acme', 'dead', 'dead@z.example');
    await report(system, id, [{ address: 'dead@z.example' }]);
    const next = await sent('acme', 'next', 'Dead@z.example');
    const page = await desk.open(`/teams/acme/deliveries/${next}`);
    await page.locator('[data-recipient="Dead@z.example"]').getByText('Documents came back from this address').waitFor();

    await page.getByRole('link', { name: 'Back to the delivery log' }).click();
    await page.getByRole('link', { name: 'Undeliverable addresses' }).click();
    const listed = page.locator('[data-address="dead@z.example"]');
    // A line that is too short for it breaks before the @.
    expect(await listed.getByText('dead@z.example', { exact: true }).innerHTML()).toBe('dead<wbr>@z.example');
    await listed.getByText('This e-mail address does not exist.').waitFor();
    await listed.getByRole('link', { name: 'Invoice dead' }).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as CSV' }).click()]);
    expect(readFileSync(await download.path(), 'utf8')).toMatch(
      /\r\ndead@z\.example,.*,This e-mail address does not exist\.,.*,Invoice,dead,inv-dead,/,
    );
    expect(await seriousFindings(page)).toEqual([]);
    await keyboardOf(page).use(page.getByRole('button', { name: 'Remove dead@z.example' }));
    await page.getByText('dead@z.example has been removed').waitFor();
    await listed.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^dead@z\.example has been removed/);
  });

  it('lets a member read all of it and change nothing', async () => {
    const id = await sent('acme', 'member', 'nobody@z.example');
    await report(system, id, [{ address: 'nobody@z.example' }]);
    const page = await desk.open(`/teams/acme/deliveries/${id}`, { claims: MAX });
    await page.getByRole('status').getByText('Came back').waitFor();
    expect(await page.getByRole('button', { name: /send again/i }).count()).toBe(0);
    await page.getByRole('link', { name: 'Back to the delivery log' }).click();
    await page.getByRole('link', { name: 'Undeliverable addresses' }).click();
    await page.getByText('nobody@z.example').waitFor();
    await page.getByText('Only admins of the team may remove addresses.').waitFor();
    expect(await page.getByRole('button', { name: /Remove/ }).count()).toBe(0);
  });
});
