// Text of strangers and careless people stays text wherever the page shows it, and secrets come back nowhere.
import { type Page } from 'playwright-core';
import { type OpenOptions } from './browser.js';
import { setUpDesk } from './desk.js';
import { allSettled, invoice, putSettings, send } from './seed.js';
import { type System } from './system.js';
import { settled } from './views/view.js';

const SETTINGS = '/teams/acme/settings/invoicing';
/** A text of its own for each place, so that a failure names the place. */
const hostile = (place: string): string => `<img src=x onerror="document.title=1">${place}`;

describe('what others write', () => {
  const desk = setUpDesk({ retryDelays: '300ms,300ms' });
  let system: System;

  const open = async (path: string, options: OpenOptions = {}): Promise<Page> => {
    const page = await desk.open(path, options);
    await settled(page);
    return page;
  };
  /** Expects that the text stands there as it was written, and that the browser made nothing of it. */
  const staysText = async (page: Page, places: readonly string[]): Promise<void> => {
    for (const place of places) await page.getByText(hostile(place)).first().waitFor({ state: 'attached' });
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toMatch(/ · Billing Mail$/);
  };

  beforeAll(async () => {
    ({ system } = desk);
    system.platform.script = { rcpt: (address) => (address.startsWith('gone') ? `550 5.1.1 ${hostile('reply')}` : '250 ok') };
    await putSettings(system, 'acme', {
      // The name of a sender must not contain angle brackets at all.
      companyName: 'ACME',
      cc: [{ address: 'boss@acme.example', name: hostile('copy') }],
      notifyUserIds: ['anna.berg'],
    });
    const document = invoice('hostile', {
      document: { id: hostile('id'), type: 'invoice', number: hostile('number') },
      to: [
        { address: 'taken@x.example', name: hostile('recipient') },
        { address: 'gone@x.example', name: hostile('refused') },
      ],
      subject: hostile('subject'),
    });
    const attachments = document.attachments?.map((each) => ({ ...each, filename: `${hostile('file').replaceAll('/', '')}.pdf` }));
    await send(system, 'acme', { ...document, ...(attachments ? { attachments } : {}) }, { key: 'hostile' });
    await allSettled(system, ['acme']);
  });

  it('stays text in the settings: name of a copy', async () => {
    const page = await open(SETTINGS);
    await staysText(page, ['copy']);
  });

  it('stays text in the log and in a delivery: number, subject, recipients, what the server said', async () => {
    const page = await open('/teams/acme/deliveries');
    await staysText(page, ['number', 'refused']);
    await page.getByRole('link', { name: hostile('number') }).click();
    await page.getByRole('heading', { name: hostile('number') }).waitFor();
    await page.locator('summary').evaluateAll((all) => all.forEach((each) => (each as HTMLElement).click()));
    await staysText(page, ['number', 'subject', 'recipient', 'refused', 'reply', 'copy']);
    await page.getByRole('button', { name: 'Send again …', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await staysText(page, []);
  });

  it('stays text in the inbox', async () => {
    const page = await open('/teams/acme/inbox');
    // The text is quoted and shortened, and what could be taken for a link is broken.
    await page.getByRole('article').filter({ hasText: '<img src=x onerror=' }).first().waitFor();
    await staysText(page, []);
  });

  it('comes with a policy under which nothing but our own files could run', async () => {
    const page = await open(SETTINGS);
    const response = await page.reload();
    const policy = new Map(
      (response?.headers()['content-security-policy'] ?? '').split('; ').map((each): [string, string] => {
        const [name = '', ...sources] = each.split(' ');
        return [name, sources.join(' ')];
      }),
    );
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': `'none'`,
      'script-src': `'self'`,
      'style-src': expect.stringMatching(/^'self' 'nonce-[A-Za-z0-9+/=]{20,}'$/),
      'img-src': `'self'`,
      'font-src': `'self'`,
      'object-src': 'blob:',
      'connect-src': `'self' ${system.urls['mail-dispatcher']} ${system.urls['notification-service']}`,
      'base-uri': `'none'`,
      'form-action': `'none'`,
      'frame-ancestors': `'none'`,
    });
    await settled(page);
  });

  it('gives a password back in no answer, no storage and no part of the page, from typing it to the tests of its server', async () => {
    const secret = 'pass-wörd-9f2c';
    const answers: Promise<string>[] = [];
    const page = await open('/teams/globex/settings/invoicing', { allow: [404] });
    // The live stream goes on for as long as the page is open.
    page.on('response', (response) => {
      if (!response.url().endsWith('/stream')) answers.push(response.text().catch(() => ''));
    });
    system.own.script = { security: 'starttls', accounts: [{ username: 'billing', password: secret }] };
    await page.getByLabel('Company name').fill('Globex');
    await page.getByRole('radio', { name: 'Your own mail server' }).check({ force: true });
    await page.locator('#field-smtp-host').fill('127.0.0.1');
    await page.locator('#field-smtp-port').fill(String(system.own.port));
    await page.getByLabel('Username').fill('billing');
    await page.locator('#field-smtp-auth-password').fill(secret);
    await page.getByLabel('Sender address').fill('billing@globex.example');
    const test = async (says: string): Promise<void> => {
      await page.getByRole('button', { name: 'Test connection' }).click();
      await page.getByText(says).waitFor();
    };
    await test('The connection works.');
    // A server that repeats what it was told.
    system.own.script = { security: 'starttls', accounts: [], auth: `535 5.7.8 wrong password ${secret}` };
    await test('This step failed: Sign in');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. The next document is sent this way.').waitFor();
    await page.getByText(/^Set on .* by anna\.berg$/).waitFor();
    await test('This step failed: Sign in');
    const kept = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(kept).not.toContain(secret);
    const heard = (await Promise.all(answers)).join('');
    expect(heard).toContain('passwordSet');
    expect(heard).not.toContain(secret);
    expect(heard).not.toContain(Buffer.from(secret).toString('base64'));
  });
});
