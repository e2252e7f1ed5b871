// What the page does while something is away, and that it goes on by itself or after one press when it is back.
import { type Page } from 'playwright-core';
import { ANNA, type OpenOptions } from './browser.js';
import { setUpDesk } from './desk.js';
import { allSettled, invoice, publish, putSettings, send } from './seed.js';
import { type System } from './system.js';
import { REFUSED } from './views/view.js';

const SETTINGS = '/teams/acme/settings/invoicing';
const OFFLINE = 'ERR_INTERNET_DISCONNECTED';
// Errors of a connection that was open when its service ended.
const CUT = ['ERR_INCOMPLETE_CHUNKED_ENCODING', 'ERR_CONNECTION_RESET', 'ERR_EMPTY_RESPONSE', REFUSED];

describe('while something is away', () => {
  const desk = setUpDesk();
  let system: System;

  const open = (path = SETTINGS, options: OpenOptions = {}): Promise<Page> => desk.open(path, options);
  const saved = (page: Page) => page.getByText('Saved. The next document is sent this way.').waitFor();

  beforeAll(async () => {
    ({ system } = desk);
    system.platform.script = { rcpt: (address) => (address.startsWith('gone') ? '550 5.1.1 user unknown' : '250 ok') };
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', notifyUserIds: ['anna.berg'] });
  });

  it('says that it is offline, keeps what was typed, and saves when the network is back', async () => {
    const page = await open(SETTINGS, { allow: [OFFLINE] });
    await page.getByLabel('Company name').fill('ACME by the sea');
    await page.context().setOffline(true);
    const banner = page.getByText('You are offline.');
    await banner.waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    const failure = page.getByRole('alert').filter({ hasText: 'Your changes were not saved.' });
    await failure.waitFor();
    expect(await page.getByLabel('Company name').inputValue()).toBe('ACME by the sea');
    await page.context().setOffline(false);
    await banner.waitFor({ state: 'hidden' });
    await failure.getByRole('button', { name: 'Try again' }).click();
    await saved(page);
  });

  it('ends the sign-in when a service refuses the token', async () => {
    const page = await open(SETTINGS, { claims: null, allow: [401] });
    const forged = (await system.token(ANNA)).replace(/[^.]+$/, 'c2lnbmVkIGJ5IG5vYm9keQ');
    await page.goto(`${system.urls['settings-api']}${SETTINGS}#token=${forged}`);
    await page.getByRole('heading', { name: 'Your sign-in has expired' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('asks no service for a team that is not theirs, and none would answer', async () => {
    const page = await open(SETTINGS, { claims: null });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const token = await system.token({ sub: 'olga.other', teams: { globex: 'admin' } });
    await page.goto(`${system.urls['settings-api']}${SETTINGS}#token=${token}`);
    await page.getByRole('heading', { name: 'You do not belong to the team “acme”' }).waitFor();
    expect(asked.filter((url) => url.includes('/v1/'))).toEqual([]);
    const paths = [
      `${system.urls['settings-api']}/v1/teams/acme/email-delivery`,
      `${system.urls['settings-api']}/v1/teams/acme/email-delivery/history`,
      `${system.urls['mail-dispatcher']}/v1/teams/acme/deliveries`,
    ];
    const statuses = paths.map(async (url) => (await fetch(url, { headers: { Authorization: `Bearer ${token}` } })).status);
    expect(await Promise.all(statuses)).toEqual(paths.map(() => 404));
  });

  it('keeps what was typed while settings-api is away, and saves when it is back', async () => {
    const page = await open(SETTINGS, { allow: CUT });
    await page.getByLabel('Company name').fill('ACME after a restart');
    await system.end('settings-api');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'Your changes were not saved.' }).waitFor();
    await system.start('settings-api');
    expect(await page.getByLabel('Company name').inputValue()).toBe('ACME after a restart');
    await page.getByRole('button', { name: 'Try again' }).click();
    await saved(page);
  });

  it('saves settings while notification-service is away, and the inbox says that it is', async () => {
    await system.end('notification-service');
    const page = await open(SETTINGS, { allow: CUT });
    await page.getByLabel('Company name').fill('ACME untold');
    await page.getByRole('button', { name: 'Save' }).click();
    await saved(page);
    await page.getByRole('link', { name: /^Inbox/ }).click();
    const failure = page.getByRole('alert').filter({ hasText: 'No answer' }).first();
    await failure.waitFor();
    await system.start('notification-service');
    await failure.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Nothing to report').waitFor();
  });

  it('goes on with the inbox after notification-service was away, and misses nothing, without a reload', async () => {
    const page = await open('/teams/acme/inbox', { allow: CUT });
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
    await page.evaluate(() => void Object.assign(globalThis, { neverReloaded: true }));
    await send(system, 'acme', invoice('before', { to: [{ address: 'gone@x.example' }] }));
    await page.getByRole('article').filter({ hasText: 'before' }).waitFor();
    await system.end('notification-service');
    await send(system, 'acme', invoice('meanwhile', { to: [{ address: 'gone@x.example' }] }));
    await allSettled(system, ['acme']);
    await system.start('notification-service');
    await page.getByRole('article').filter({ hasText: 'meanwhile' }).waitFor();
    await send(system, 'acme', invoice('after', { to: [{ address: 'gone@x.example' }] }));
    await page.getByRole('article').filter({ hasText: 'after' }).waitFor();
    // Trouble of the same kind is one message, which counts.
    await page.getByRole('link', { name: 'Inbox, 1 unread' }).waitFor();
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
  });

  it('goes on with the list after mail-dispatcher was away, with what the queue took meanwhile, without a reload', async () => {
    const page = await open('/teams/acme/deliveries', { allow: CUT });
    await page.getByRole('link', { name: 'Invoice before' }).waitFor();
    await page.evaluate(() => void Object.assign(globalThis, { neverReloaded: true }));
    await system.end('mail-dispatcher');
    await publish(system, 'acme', invoice('queued-meanwhile'));
    await page.getByRole('alert').filter({ hasText: 'No answer' }).waitFor();
    await page.getByRole('link', { name: 'Invoice before' }).waitFor();
    await system.start('mail-dispatcher');
    await page.getByRole('link', { name: 'Invoice queued-meanwhile' }).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
  });

  it('says that a document waits for the settings when nobody can read them, and sends it once somebody can', async () => {
    const page = await open('/teams/acme/deliveries', { allow: CUT });
    // settings-api also serves the page, so this part of it is fetched while settings-api is there.
    await page.getByRole('link', { name: 'Invoice before' }).click();
    await page.getByRole('heading', { name: 'Invoice before' }).waitFor();
    await page.goBack();
    // A dispatcher that has just started knows no settings, and does not send by old ones.
    await Promise.all([system.end('settings-api'), system.end('mail-dispatcher')]);
    await system.start('mail-dispatcher');
    await publish(system, 'acme', invoice('waits-for-settings'));
    await page.getByRole('link', { name: 'Invoice waits-for-settings' }).click();
    await page.getByText('The document waits for your settings for e-mail delivery').first().waitFor();
    await page.getByRole('status').getByText('Waiting for your settings').waitFor();
    await system.start('settings-api');
    await page.getByText('Accepted by the mail server').first().waitFor();
  });
});
