// Every flow of the page by keyboard alone, with the focus in sight at every stop.
import { eventually } from '@billing-mail/testkit';
import { type Page } from 'playwright-core';
import { type OpenOptions } from './browser.js';
import { setUpDesk } from './desk.js';
import { hasFocus, keepsFocus, type Keyboard, keyboardOf, pick, regains, walkStops } from './keyboard.js';
import { allSettled, invoice, putSettings, send, tomorrow } from './seed.js';
import { type System } from './system.js';
import { settled } from './views/view.js';

const SETTINGS = '/teams/acme/settings/invoicing';

describe('by keyboard alone', () => {
  const desk = setUpDesk({ retryDelays: '60s,60s' });
  let system: System;

  const open = async (path = SETTINGS, options: OpenOptions = {}): Promise<{ page: Page; keys: Keyboard }> => {
    const page = await desk.open(path, options);
    await settled(page);
    return { page, keys: keyboardOf(page) };
  };
  const saved = (page: Page) => page.getByText('Saved. The next document is sent this way.').waitFor();

  beforeAll(async () => {
    ({ system } = desk);
    system.platform.script = { rcpt: (address) => (address.startsWith('gone') ? '550 5.1.1 user unknown' : '250 ok') };
    await putSettings(system, 'globex', {
      companyName: 'Globex',
      sender: 'custom',
      smtp: { host: '127.0.0.1', port: system.own.port, security: 'none', auth: { type: 'none' }, fromAddress: 'billing@globex.example' },
    });
  });
  beforeEach(async () => {
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', replyTo: 'billing@acme.example', notifyUserIds: ['anna.berg'] });
  });

  it('skips to the content, also with unsaved changes', async () => {
    const { page, keys } = await open();
    const skip = page.getByRole('link', { name: 'Skip to content' });
    await keys.write(page.getByLabel('Company name'), 'Changed');
    await keys.to(skip);
    expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await keys.press('Enter');
    expect(await hasFocus(page.locator('main'))).toBe(true);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await keys.press('Tab');
    expect(await page.locator('main').locator(':focus').count()).toBe(1);
  });

  it('goes from the notice of a team that is not theirs to one that is', async () => {
    const { page, keys } = await open('/teams/initech/settings/invoicing');
    await keys.use(page.getByRole('link', { name: 'acme' }));
    await page.getByLabel('Company name').waitFor();
  });

  it('enters names and copies, corrects one, removes one, discards and saves', async () => {
    const { page, keys } = await open();
    const cc = page.getByRole('textbox', { name: 'CC: visible copies' });
    await keys.write(page.getByLabel('Company name'), 'ACME SE');
    await keys.to(cc);
    await page.keyboard.type('boss@acme.example,wrong@@acme.example;second@acme.example');
    await keys.press('Enter');
    await keys.use(page.getByRole('button', { name: 'Edit wrong@@acme.example' }));
    expect(await hasFocus(cc)).toBe(true);
    await keys.press('Control+A');
    await page.keyboard.type('right@acme.example');
    await keys.press('Enter');
    for (const key of ['ArrowLeft', 'ArrowLeft']) await keys.press(key);
    expect(await hasFocus(page.getByRole('button', { name: 'Remove second@acme.example' }))).toBe(true);
    await keys.press('Delete');
    expect(await chips(page)).toEqual(['boss@acme.example', 'right@acme.example']);
    await keys.use(page.getByRole('button', { name: 'Discard' }));
    expect(await page.getByLabel('Company name').inputValue()).toBe('ACME GmbH');

    const bcc = page.getByRole('textbox', { name: 'BCC: hidden copies' });
    await keys.to(bcc);
    await page.keyboard.type('archive@acme.example;');
    await keys.use(page.getByRole('button', { name: 'Save' }));
    await saved(page);
  });

  it('is led from the summary of mistakes to a field', async () => {
    const { page, keys } = await open();
    await keys.write(page.getByLabel('Company name'), '');
    await keys.write(page.getByLabel('Reply address'), 'nowhere');
    await keys.use(page.getByRole('button', { name: 'Save' }));
    const summary = page.getByRole('alert').filter({ hasText: '2 fields to correct' });
    await summary.waitFor();
    await eventually(
      () => hasFocus(summary),
      (isThere) => isThere,
    );
    await page.getByRole('region', { name: 'Save' }).getByText('2 fields to correct').waitFor();
    await keys.use(summary.getByRole('link', { name: 'Reply address' }));
    const reply = page.getByLabel('Reply address');
    expect(await hasFocus(reply)).toBe(true);
    // A field with an error has a border of its own; the focus must show on it all the same.
    await keys.press('Tab');
    await keys.to(reply, 'Shift+Tab');
  });

  it('sets up an own server by a preset, tests it and saves', async () => {
    system.own.script = {};
    const { page, keys } = await open();
    await keys.to(page.getByRole('radio', { name: 'Our platform' }));
    await keys.press('ArrowDown');
    await keys.choose(page.getByLabel('Provider'), 'Str');
    expect(await page.locator('#field-smtp-host').inputValue()).toBe('smtp.strato.de');
    await page.getByText('The username is the whole e-mail address of the mailbox').waitFor();
    await keys.write(page.locator('#field-smtp-host'), '127.0.0.1');
    await keys.write(page.locator('#field-smtp-port'), String(system.own.port));
    await keys.choose(page.getByLabel('Encryption'), 'None');
    await keys.choose(page.getByLabel('Sign-in'), 'Without');
    await keys.write(page.getByLabel('Sender address'), 'billing@acme.example');
    await keys.use(page.getByRole('switch', { name: /^If your mail server fails/ }), 'Space');
    const test = page.getByRole('button', { name: 'Test connection' });
    await keys.use(test);
    await page.getByText('The connection works.', { exact: true }).waitFor();
    expect(await hasFocus(test)).toBe(true);
    await keys.write(page.getByLabel('Send a test e-mail to'), 'me@acme.example');
    await keys.press('Enter');
    await page.getByText('The server has accepted a test e-mail to me@acme.example').waitFor();
    await keys.use(page.getByRole('button', { name: 'Save' }));
    await saved(page);
  });

  it('stays on a button while what it began is under way, and begins it once', async () => {
    const { page, keys } = await open();
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    let asked = 0;
    await page.route('**/v1/teams/acme/email-delivery', async (route) => {
      if (route.request().method() === 'PUT') {
        asked += 1;
        await answered;
      }
      await route.continue();
    });
    await keys.write(page.getByLabel('Reply address'), 'office@acme.example');
    const save = page.getByRole('button', { name: 'Save' });
    await keys.use(save);
    await page.getByRole('region', { name: 'Save' }).getByText('Saving …').waitFor();
    // Waits until the browser has painted what it is told to show, and has checked what may hold the focus.
    await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted, 50))));
    expect(await hasFocus(save)).toBe(true);
    await keys.press('Enter');
    answer();
    await saved(page);
    expect(asked).toBe(1);
  });

  it('resolves a conflict in a dialog that keeps the focus', async () => {
    const { page, keys } = await open(SETTINGS, { allow: [412] });
    await keys.write(page.getByLabel('Company name'), 'ACME SE');
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', replyTo: 'office@acme.example' }, 'max.klein');
    await keys.use(page.getByRole('button', { name: 'Save' }));
    const dialog = page.getByRole('dialog', { name: 'Somebody else has saved in the meantime' });
    await keepsFocus(keys, dialog, dialog.getByRole('button', { name: 'Keep mine, with their other changes' }));
    await keys.press('Escape');
    expect(await dialog.isVisible()).toBe(true);
    await keys.use(dialog.getByRole('button', { name: 'Keep mine, with their other changes' }));
    await dialog.waitFor({ state: 'hidden' });
    await regains(page.getByRole('button', { name: 'Save' }));
    await keys.press('Enter');
    await saved(page);
  });

  it('stays or leaves with unsaved changes', async () => {
    const { page, keys } = await open();
    await keys.write(page.getByLabel('Company name'), 'Changed');
    const link = page.getByRole('link', { name: 'Delivery log', exact: true });
    await keys.use(link);
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    await keepsFocus(keys, dialog, dialog.getByRole('button', { name: 'Stay here' }));
    await keys.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await regains(link);
    await keys.press('Enter');
    await dialog.waitFor();
    await keys.use(dialog.getByRole('button', { name: 'Leave and discard' }));
    await page.getByRole('heading', { name: 'Delivery log' }).waitFor();
  });

  it('finds a refused document and resends it to a corrected address', async () => {
    await send(system, 'acme', invoice('refused', { to: [{ address: 'gone@x.example' }] }));
    await send(system, 'acme', invoice('taken'));
    await allSettled(system, ['acme']);
    const { page, keys } = await open('/teams/acme/deliveries');
    await keys.choose(page.getByLabel('State'), 'Not');
    await page.getByRole('link', { name: 'Invoice taken' }).waitFor({ state: 'hidden' });
    await keys.use(page.getByRole('link', { name: 'Invoice refused' }));
    const resend = page.getByRole('button', { name: 'Send again …', exact: true });
    await keys.use(resend);
    const dialog = page.getByRole('dialog', { name: 'Send again to' });
    await dialog.waitFor();
    await keepsFocus(keys, dialog);
    await keys.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await regains(resend);
    await keys.press('Enter');
    await keys.write(dialog.getByLabel('To: address instead of gone@x.example'), 'found@x.example');
    await keys.use(dialog.getByRole('button', { name: 'Send again to 1 recipient' }));
    await page.getByText('Sent again by anna.berg on').waitFor();
    await keys.use(page.getByRole('link', { name: 'See the earlier delivery' }));
    await page.getByText('The e-mail address of the recipient does not exist.').first().waitFor();
  });

  it('cancels what waits', async () => {
    const id = await send(system, 'globex', invoice('waits', { sendAt: tomorrow() }));
    const { page, keys } = await open(`/teams/globex/deliveries/${id}`);
    const cancel = page.getByRole('button', { name: 'Cancel delivery …' });
    await keys.use(cancel);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await keepsFocus(keys, dialog);
    await keys.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await regains(cancel);
    await keys.press('Enter');
    await keys.use(dialog.getByRole('button', { name: 'Cancel delivery' }));
    await page.getByRole('region', { name: 'Timeline' }).getByText('Cancelled', { exact: true }).waitFor();
  });

  it('reads the inbox, opens a delivery from it, and sets how to be told', async () => {
    // Two kinds of trouble, because the same kind is told only once.
    await send(system, 'acme', invoice('told-1', { to: [{ address: 'gone@x.example' }] }));
    await send(system, 'acme', invoice('told-2', { to: [{ address: 'gone@x.example' }, { address: 'here@x.example' }] }));
    await allSettled(system, ['acme']);
    const { page, keys } = await open();
    await keys.use(page.getByRole('link', { name: /^Inbox, / }));
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
    await keys.use(page.getByRole('article').filter({ hasText: 'told-1' }).getByRole('button', { name: 'Mark as read' }));
    await page.getByRole('article').filter({ hasText: 'told-1' }).getByText('Unread').waitFor({ state: 'detached' });
    await keys.use(page.getByRole('article').filter({ hasText: 'told-2' }).getByRole('link', { name: 'Open the delivery' }));
    await page.getByRole('heading', { name: 'Invoice told-2' }).waitFor();
    await send(system, 'acme', invoice('told-3', { to: [{ address: 'gone@x.example' }] }));
    await keys.use(page.getByRole('link', { name: /^Inbox, / }));
    await keys.use(page.getByRole('button', { name: 'Mark all as read' }));
    await page.getByRole('link', { name: 'Inbox, nothing unread' }).waitFor();
    await keys.write(page.getByLabel('Your e-mail address'), 'anna@acme.example');
    await keys.choose(page.getByLabel('Language of the e-mails'), 'G');
    await keys.use(page.getByRole('switch', { name: 'By e-mail as well' }), 'Space');
    await keys.use(page.getByRole('button', { name: 'Save' }));
    await page.getByText('Saved.').waitFor();
  });

  it('changes language and appearance', async () => {
    const { page, keys } = await open();
    const options = page.getByRole('button', { name: 'Language and appearance' });
    await keys.use(options);
    await page.getByRole('menu').waitFor();
    await keys.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'hidden' });
    await regains(options);
    await keys.press('Enter');
    await pick(page, keys, 'Dark');
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    await regains(options);
    await keys.press('Enter');
    await pick(page, keys, 'Deutsch');
    await page.locator('html[lang="de"]').waitFor();
    // The menu begins at the chosen language.
    await keys.press('Enter');
    await page.getByRole('menuitem', { name: 'Deutsch' }).and(page.locator(':focus')).waitFor();
  });

  it.each([
    ['an own server', '/teams/globex/settings/invoicing', 25],
    ['the list of deliveries', '/teams/acme/deliveries', 10],
    ['the inbox', '/teams/acme/inbox', 10],
  ])('shows at every stop where the focus is: %s', async (_name, path, least) => {
    await allSettled(system, ['acme']);
    const { page } = await open(path);
    const { stops, unseen } = await walkStops(page);
    expect(unseen).toEqual([]);
    expect(stops).toBeGreaterThanOrEqual(least);
  });
});

const chips = (page: Page): Promise<string[]> =>
  page.getByRole('list', { name: 'CC: visible copies' }).getByRole('listitem').allInnerTexts();
