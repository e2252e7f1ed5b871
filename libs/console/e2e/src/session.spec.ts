// Who is signed in, and that neither a link nor a failure of ours changes it.
import { type TokenClaims } from '@billing-mail/contracts';
import { type Page } from 'playwright-core';
import { ANNA } from './browser.js';
import { setUpDesk } from './desk.js';
import { invoice, putSettings, send } from './seed.js';
import { type System } from './system.js';

const SETTINGS = '/teams/acme/settings/invoicing';
const EVE: TokenClaims = { sub: 'eve.adler', teams: { acme: 'admin' } };

describe('who is signed in', () => {
  const desk = setUpDesk();
  let system: System;
  beforeAll(async () => {
    ({ system } = desk);
    await putSettings(system, 'acme', { companyName: 'ACME GmbH' });
  });

  const company = (page: Page) => page.locator('#field-companyName');
  const follow = (page: Page, token: string) => page.goto(`${system.urls['settings-api']}${SETTINGS}#token=${token}`);
  /** Returns the `sub` of the token that the page keeps. */
  const keptUser = async (page: Page): Promise<string> => {
    const token = await page.evaluate(() => String(sessionStorage.getItem('billing-mail.token')));
    return (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub;
  };

  it.each([
    ['en', 'Sign in as somebody else?', 'Stay signed in as anna.berg', 'Sign in as eve.adler'],
    ['de', 'Als jemand anders anmelden?', 'Als anna.berg angemeldet bleiben', 'Als eve.adler anmelden'],
  ] as const)('is not replaced by a link without being asked (%s)', async (locale, title, stay, change) => {
    const page = await desk.open(SETTINGS, { locale });
    await company(page).fill('Draft of Anna');
    await follow(page, await system.token(EVE));
    const dialog = page.getByRole('dialog', { name: title });
    await dialog.locator('p', { hasText: /anna\.berg.*eve\.adler/ }).waitFor();
    expect(page.url()).not.toContain('token');
    expect(await keptUser(page)).toBe('anna.berg');
    await dialog.getByRole('button', { name: stay }).click();
    await dialog.waitFor({ state: 'detached' });
    expect([await keptUser(page), await company(page).inputValue()]).toEqual(['anna.berg', 'Draft of Anna']);
    await follow(page, await system.token(EVE));
    await dialog.getByRole('button', { name: change }).click();
    await dialog.waitFor({ state: 'detached' });
    // A draft of one user is not shown to the other.
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#field-companyName')?.value === 'ACME GmbH');
    expect(await keptUser(page)).toBe('eve.adler');
  });

  it('is asked as well where the link loads the page anew', async () => {
    const page = await desk.open(SETTINGS);
    await company(page).waitFor();
    await page.goto('about:blank');
    await follow(page, await system.token(EVE));
    await page.getByRole('dialog', { name: 'Sign in as somebody else?' }).waitFor();
    expect(await keptUser(page)).toBe('anna.berg');
  });

  it('goes on with a new token of the same user, and with the old one when a link is damaged or over', async () => {
    const page = await desk.open(SETTINGS);
    await company(page).fill('Draft of Anna');
    const fresh = await system.token({ ...ANNA, teams: { acme: 'admin' } }, 1800);
    const kept = () => page.evaluate(() => sessionStorage.getItem('billing-mail.token'));
    await follow(page, fresh);
    await page.waitForFunction((token) => sessionStorage.getItem('billing-mail.token') === token, fresh);
    for (const bad of ['nonsense', '', await system.token(EVE, -10)]) {
      await follow(page, bad);
      await page.waitForFunction(() => location.hash === '');
      expect(await kept()).toBe(fresh);
    }
    expect([await company(page).inputValue(), await page.getByRole('dialog').count()]).toEqual(['Draft of Anna', 0]);
  });

  it('offers what was typed again to whoever typed it, once they are signed in again, and never a password', async () => {
    const page = await desk.open(SETTINGS, { allow: [401] });
    await company(page).fill('Draft of Anna');
    await page.getByRole('radio', { name: 'Your own mail server' }).check({ force: true });
    await page.locator('#field-smtp-auth-username').fill('billing');
    await page.locator('#field-smtp-auth-password').fill('never-kept');
    const over = { status: 401, headers: { 'Access-Control-Allow-Origin': '*' }, json: { status: 401 } };
    await page.route('**/deliveries/statistics?**', (route) => route.fulfill(over));
    await page.getByRole('heading', { name: 'Your sign-in has expired' }).waitFor();
    await page.unroute('**/deliveries/statistics?**');
    await page.getByText('is offered to you again in this tab').waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('never-kept');
    await follow(page, await system.token(ANNA));
    await page.getByText('3 unsaved changes of yours are still here').waitFor();
    expect(await company(page).inputValue()).toBe('ACME GmbH');
    await page.getByRole('button', { name: 'Restore them' }).click();
    expect([await company(page).inputValue(), await page.locator('#field-smtp-auth-username').inputValue()]).toEqual([
      'Draft of Anna',
      'billing',
    ]);
    expect(await page.locator('#field-smtp-auth-password').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(['billing-mail.token']);
  });

  it('has what was typed into the dialog that sends again there once more, and only where it was typed', async () => {
    const id = await send(system, 'acme', invoice('typed'));
    const path = `/teams/acme/deliveries/${id}`;
    const page = await desk.open(path, { allow: [401] });
    await page.getByRole('status').getByText('Accepted by the mail server').waitFor();
    await page.getByRole('button', { name: 'Send again …', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Send again to' });
    const address = dialog.getByLabel('To: address instead of payables@customer.example');
    await address.fill('found@customer.example');
    await dialog.getByLabel('Note (such as the reason)').fill('Ms Lin gave the right one');
    const over = { status: 401, headers: { 'Access-Control-Allow-Origin': '*' }, json: { status: 401 } };
    await page.route(`**/deliveries/${id}`, (route) => route.fulfill(over));
    await page.getByRole('heading', { name: 'Your sign-in has expired' }).waitFor();
    await page.unroute(`**/deliveries/${id}`);
    await page.getByText('is offered to you again in this tab').waitFor();
    await page.goto(`${system.urls['settings-api']}${path}#token=${await system.token(ANNA)}`);
    await dialog.waitFor();
    expect([await address.inputValue(), await dialog.getByLabel('Note (such as the reason)').inputValue()]).toEqual([
      'found@customer.example',
      'Ms Lin gave the right one',
    ]);
    // Closing the dialog on purpose gives the draft up.
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(['billing-mail.token']);
  });

  it('is the same in a tab that is opened from this one, but not where two people are signed in', async () => {
    const page = await desk.open(SETTINGS);
    const [opened] = desk.opened;
    const context = opened?.context ?? (await desk.browser.newContext());
    // Like "open in a new tab", which some releases of Chromium without a screen never finish loading.
    const openTab = async (): Promise<Page> => {
      const tab = await context.newPage();
      await tab.goto(`${system.urls['settings-api']}/teams/acme/inbox`);
      return tab;
    };
    const next = await openTab();
    await next.getByRole('heading', { name: 'Inbox' }).waitFor();
    expect(await keptUser(next)).toBe('anna.berg');
    await company(page).fill('Draft of Anna');
    await follow(page, await system.token(EVE));
    await page.getByRole('button', { name: 'Sign in as eve.adler' }).click();
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#field-companyName')?.value === 'ACME GmbH');
    const third = await openTab();
    await third.getByRole('heading', { name: 'You are not signed in' }).waitFor();
  });

  it('stays signed in while the identity provider is away, and hears so', async () => {
    const isOfService = (url: URL) => url.pathname.endsWith('/email-delivery');
    const away = { type: 'urn:billing-mail:problem:identity-provider-away', title: 'x', status: 503, detail: 'x', requestId: 'r1' };
    const page = await desk.open(SETTINGS, {
      allow: [503],
      before: async (opened) =>
        void (await opened.route(isOfService, (route) =>
          route.fulfill({ status: 503, contentType: 'application/problem+json', json: away }),
        )),
    });
    await page.getByRole('alert').filter({ hasText: 'Your sign-in cannot be checked right now.' }).waitFor();
    expect(await keptUser(page)).toBe('anna.berg');
    await page.unroute(isOfService);
    await page.getByRole('button', { name: 'Try again' }).click();
    await company(page).waitFor();
  });

  it('hears in plain words when something was asked for too often, and when to come again', async () => {
    const problem = { type: 'urn:billing-mail:problem:too-many-requests', title: 'x', status: 429, detail: 'x', requestId: 'r1' };
    const page = await desk.open(SETTINGS, {
      locale: 'de',
      allow: [429],
      before: async (opened) =>
        void (await opened.route(
          (url) => url.pathname.endsWith('/email-delivery'),
          (route) =>
            route.fulfill({ status: 429, headers: { 'Retry-After': '300' }, contentType: 'application/problem+json', json: problem }),
        )),
    });
    await page
      .getByRole('alert')
      .getByText('Das wurde in kurzer Zeit zu oft angefordert. Es wurde nichts geändert. Versuchen Sie es in 5 min noch einmal.')
      .waitFor();
  });

  it.each([
    ['the same tab', false],
    ['another one', true],
  ])('goes on to where the link of an e-mail leads, when somebody signs in in %s', async (_name, isElsewhere) => {
    const page = await desk.open('/teams/acme/inbox?show=preferences', { claims: null });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const front = `${system.urls['settings-api']}/#token=${await system.token(ANNA)}`;
    const signedIn = isElsewhere ? await page.context().newPage() : page;
    await signedIn.goto(front);
    await signedIn.waitForFunction(() => document.activeElement?.textContent === 'How you are notified');
    expect(new URL(signedIn.url()).pathname + new URL(signedIn.url()).search).toBe('/teams/acme/inbox?show=preferences');
    // The page is remembered once: after that the start page leads to the settings again.
    await signedIn.goto('about:blank');
    await signedIn.goto(front);
    await company(signedIn).waitFor();
  });

  it('confirms an address by the link of an e-mail, also from a tab where nobody is signed in', async () => {
    const page = await desk.open('/teams/acme/inbox', { claims: EVE });
    const unconfirmed = page.getByText('eve@adler.example is not confirmed yet');
    const { length: before } = system.platform.messages;
    await page.getByLabel('Your e-mail address').fill('eve@adler.example');
    await page.getByRole('button', { name: 'Save' }).click();
    await unconfirmed.waitFor();
    const letter = (await system.platform.waitFor(before + 1)).at(-1);
    const text = letter?.raw?.toString().replaceAll('=\r\n', '').replaceAll('=3D', '=') ?? '';
    const link = /http:\S+\?confirm=[\w-]{22}/.exec(text)?.[0] ?? 'no link';
    const code = link.split('=')[1] ?? 'no code';
    const signedOut = await desk.open(new URL(link).pathname + new URL(link).search, { claims: null });
    await signedOut.getByText('enter this code there:').waitFor();
    await signedOut.getByText(code, { exact: true }).waitFor();
    await signedOut.getByRole('button', { name: 'Copy' }).waitFor();
    const opened = await desk.open(new URL(link).pathname + new URL(link).search, { claims: EVE });
    expect(await opened.getByLabel('Code from the e-mail').inputValue()).toBe(code);
    await opened.getByText('The code from the e-mail is filled in.').waitFor();
    // Enter in the field of the code confirms it, and does not save the preferences around it.
    await opened.waitForFunction(() => document.activeElement?.textContent === 'Confirm the address');
    await opened.getByLabel('Code from the e-mail').press('Enter');
    await opened.getByText('eve@adler.example is not confirmed yet').waitFor({ state: 'detached' });
    // One confirmation is enough, also for a page that was opened before.
    await page.reload();
    await page.getByLabel('Your e-mail address').waitFor();
    expect(await unconfirmed.count()).toBe(0);
  });
});
