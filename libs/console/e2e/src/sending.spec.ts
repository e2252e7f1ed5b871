// Deliveries and the inbox in a real browser, updated live, against the real system.
import { eventually } from '@billing-mail/testkit';
import { readFileSync } from 'node:fs';
import { type Page } from 'playwright-core';
import { MAX, seriousFindings } from './browser.js';
import { listed, setUpDesk } from './desk.js';
import { bringForward, invoice, namePerson, putOff, putSettings, send, tomorrow } from './seed.js';
import { type System } from './system.js';

const HOSTILE = '<img src=x onerror="document.title=1">';

async function failedOf(system: System, team: string): Promise<number> {
  const token = await system.token({ sub: 'invoicing', role: 'service' });
  const url = `${system.urls['mail-dispatcher']}/v1/teams/${team}/deliveries?status=failed`;
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { items: unknown[] }).items.length;
}

describe('deliveries and inbox', () => {
  // Second attempts are made when a test brings them forward, so that no page has to be faster than it.
  const desk = setUpDesk({ retryDelays: '1h,300ms' });
  let system: System;

  beforeAll(async () => {
    ({ system } = desk);
    await namePerson(system, 'anna.berg', { name: 'Anna Berg', email: null, teams: { acme: 'admin', globex: 'admin' } });
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', notifyUserIds: ['anna.berg'] });
    await putSettings(system, 'globex', {
      companyName: 'Globex',
      sender: 'custom',
      fallback: true,
      smtp: { host: '127.0.0.1', port: system.own.port, security: 'none', auth: { type: 'none' }, fromAddress: 'billing@globex.example' },
      notifyUserIds: ['anna.berg'],
    });
  });
  beforeEach(() => {
    system.platform.forget();
    system.own.forget();
    system.platform.script = {};
    system.own.script = {};
  });

  it('shows three tries, the fallback and the notification as they happen, without a reload', async () => {
    system.own.script = { banner: `451 4.3.2 ${HOSTILE}` };
    const page = await desk.open('/teams/globex/deliveries');
    await page.getByText('No documents yet').waitFor();
    await page.getByRole('link', { name: 'Inbox, nothing unread' }).waitFor();
    await page.evaluate(() => void Object.assign(globalThis, { neverReloaded: true }));

    const id = await send(system, 'globex', invoice('live', { subject: HOSTILE }));
    await page.getByRole('link', { name: 'Invoice live' }).click();
    const course = page.getByRole('region', { name: 'Timeline' });
    await course.getByText(/^Attempt 1 by your mail server: failed at the greeting$/).waitFor();
    await course.getByText(/^Next attempt: /).waitFor();
    await bringForward(system, 'globex', id);
    await course.getByText(/^Attempt 3 by your mail server: failed/).waitFor();
    await course.getByText('our platform steps in').waitFor();
    await course.getByText('Digitally signed').waitFor();
    await course.getByText(/by our platform: accepted$/).waitFor();
    await page.getByRole('status').getByText('Sent by our platform instead of your mail server').waitFor();
    await page.getByRole('link', { name: 'Inbox, 1 unread' }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);

    await page.getByRole('link', { name: 'Inbox, 1 unread' }).click();
    // Documents affected by the server's trouble are counted in the message about it.
    await page.getByText('1 document was sent by our platform since.').waitFor();
    await page.getByRole('link', { name: 'See what to do' }).click();
    await page.getByRole('heading', { name: 'Trouble with 127.0.0.1' }).waitFor();
    await page.getByRole('navigation').locator('[aria-current="page"]', { hasText: 'Delivery log' }).waitFor();
    await page.getByText('1 of 1 document was sent or sent again.').waitFor();
    // A search for its documents does not lose them.
    await page.getByRole('link', { name: 'Search these' }).click();
    await page.waitForURL(/\/deliveries\?incident=/);
    await page.getByRole('link', { name: 'Invoice live' }).click();
    await page.getByRole('heading', { name: 'Invoice live' }).waitFor();
    await page.getByRole('link', { name: 'Inbox, nothing unread' }).waitFor();
    await page.getByRole('link', { name: 'See what to do' }).click();
    await page.getByRole('heading', { name: 'Trouble with 127.0.0.1' }).waitFor();
  });

  it('shows the message, formatted without running or loading anything, saves it and its document as they went out, and opens the document', async () => {
    const html = `<p style="color: rgb(1, 2, 3)">Formatted</p><script>top.document.title = 'ran'</script><img src="https://elsewhere.example/x.png" alt="">`;
    const id = await send(system, 'acme', invoice('seen', { html }));
    const page = await desk.open(`/teams/acme/deliveries/${id}`, { allow: ['Applying inline style'] });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const message = page.getByRole('region', { name: 'Message' });
    await message.getByText('ACME GmbH <').waitFor();
    const formatted = page.frameLocator('iframe').getByText('Formatted');
    expect(await formatted.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(1, 2, 3)');
    await message.getByText('Plain text').click();
    await message.getByText('Please find the invoice attached.').waitFor();
    expect(await page.title()).toContain('Invoice seen');
    expect(asked.filter((url) => url.includes('elsewhere.example'))).toEqual([]);

    const save = async (name: string): Promise<Buffer> => {
      const [download] = await Promise.all([page.waitForEvent('download'), message.getByRole('button', { name: `Save ${name}` }).click()]);
      expect(download.suggestedFilename()).toBe(name);
      return readFileSync(await download.path());
    };
    expect((await save('seen.pdf')).toString()).toContain('%PDF-1.7');
    // Opens in a tab of its own. This browser has no viewer and saves the document from there.
    const shown = new Promise<string>((resolve) =>
      page.context().on('page', (tab) => {
        tab.on('download', (download) => resolve(download.url()));
        tab.on('framenavigated', (frame) => void (frame.url().startsWith('blob:') && resolve(frame.url())));
      }),
    );
    await page.evaluate(
      `globalThis.made = []; const make = URL.createObjectURL; URL.createObjectURL = (blob) => (made.push(blob), make(blob));`,
    );
    await message.getByRole('button', { name: 'Open seen.pdf' }).click();
    expect(await shown).toMatch(/^blob:/);
    expect(await page.evaluate('Promise.all(made.map(async (blob) => `${blob.type} ${await blob.text()}`))')).toEqual([
      expect.stringMatching(/^application\/pdf %PDF-1\.7/),
    ]);
    expect(await message.getByRole('button', { name: `Open ${id}.eml` }).count()).toBe(0);
    expect(await save(`${id}.eml`)).toEqual(system.platform.messages.at(-1)?.raw);
  });

  // The server knows one password, and the team has stored another; `told` is a user id.
  async function failFive(team: string, told: string): Promise<void> {
    system.own.script = { security: 'starttls', accounts: [{ username: 'billing', password: 'right' }] };
    await putSettings(system, team, {
      ...{ companyName: `${team} KG`, sender: 'custom', notifyUserIds: [told] },
      smtp: {
        ...{ host: '127.0.0.1', port: system.own.port, security: 'starttls', fromAddress: `billing@${team}.example` },
        auth: { type: 'password', username: 'billing', password: 'wrong' },
      },
    });
    const numbers = [1, 2, 3, 4, 5];
    for (const number of numbers) {
      const id = await send(system, team, invoice(`locked-${number}`, { requestedBy: { userId: told, locale: 'en' } }));
      await bringForward(system, team, id);
    }
    await eventually(
      () => failedOf(system, team),
      (count) => count === numbers.length,
    );
  }

  /** Goes from the incident's page to "sent again", beginning with the settings; `act` is called for each action. */
  async function correctAndSendAgain(page: Page, act: (doing: Promise<unknown>) => Promise<void>): Promise<void> {
    await act(page.getByRole('link', { name: 'Open the settings' }).click());
    await page.waitForFunction(() => document.activeElement?.id === 'field-smtp-auth-password');
    // The field has the focus and is empty.
    await act(page.keyboard.type('right'));
    await act(page.getByRole('button', { name: 'Save' }).click());
    await page.getByText('Saved. The next document is sent this way.').waitFor();
    await act(page.getByRole('button', { name: 'Send again …' }).click());
    // A step that nobody has to take is not counted as an action.
    await page.getByRole('dialog').getByLabel('Note (such as the reason)').fill('The password had expired');
    await act(page.getByRole('button', { name: 'Send 5 documents again' }).click());
    await page.getByText('5 documents were handed over again.').waitFor();
    await eventually(
      () => Promise.resolve(system.own.messages.length),
      (count) => count === 5,
    );
  }

  /** Counts what a person does. */
  function countActions() {
    const counter = { actions: 0 };
    const act = async (doing: Promise<unknown>): Promise<void> => {
      counter.actions += 1;
      await doing;
    };
    return { counter, act };
  }

  it('sends five again that failed by one wrong password: six actions from the notification on', async () => {
    await failFive('brandt', 'bea.hahn');
    const page = await desk.open('/teams/brandt/inbox', { claims: { sub: 'bea.hahn', teams: { brandt: 'admin' } } });
    const { counter, act } = countActions();
    await act(page.getByRole('link', { name: 'See what to do' }).click());
    await correctAndSendAgain(page, act);
    expect(counter.actions).toBeLessThanOrEqual(6);
    await page.getByRole('button', { name: 'Close' }).last().click();
    await page.getByText(/^5 documents need attention/).waitFor({ state: 'detached' });
    await page.goto(new URL('/teams/brandt/deliveries?status=failed', page.url()).href);
    await page.getByRole('link', { name: 'Invoice locked-3' }).click();
    for (const link of ['See the later delivery', 'See the earlier delivery']) {
      await page.getByText(/^Sent again by bea.hahn on .+: The password had expired/i).waitFor();
      await page.getByRole('link', { name: link }).click();
    }
  });

  it('sends five again that failed by one wrong password: seven actions from the e-mail on', async () => {
    await namePerson(system, 'carl.ohm', { name: 'Carl Ohm', email: 'carl@conrad.example', teams: { conrad: 'admin' } });
    await failFive('conrad', 'carl.ohm');
    const letters = await eventually(
      () => Promise.resolve(system.platform.messages.map(({ raw }) => raw?.toString().replaceAll('=\r\n', '') ?? '')),
      (all) => all.some((text) => text.includes('/teams/conrad/incidents/')),
    );
    const path = /\/teams\/conrad\/incidents\/[\w-]+/.exec(letters.join('\n'))?.[0] ?? 'no link';
    const { counter, act } = countActions();
    counter.actions += 1;
    const page = await desk.open(path, { claims: { sub: 'carl.ohm', teams: { conrad: 'admin' } } });
    await correctAndSendAgain(page, act);
    expect(counter.actions).toBeLessThanOrEqual(7);
  });

  it('sends again what a filter shows, all, some or none of it, and nothing that was sent again before', async () => {
    system.platform.script = { rcpt: '550 5.1.1 user unknown' };
    await putSettings(system, 'dorn', { companyName: 'Dorn' });
    for (const number of [1, 2, 3]) await send(system, 'dorn', invoice(`dorn-${number}`));
    await eventually(
      () => failedOf(system, 'dorn'),
      (count) => count === 3,
    );
    system.platform.script = {};
    const page = await desk.open('/teams/dorn/deliveries?status=failed', { claims: { sub: 'dora.dorn', teams: { dorn: 'admin' } } });
    await page.getByRole('button', { name: 'Send again …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send again' });
    // A recipient who does not exist gets it again only on purpose.
    await dialog.getByRole('button', { name: 'Send 0 documents again' }).waitFor();
    await dialog.getByRole('button', { name: 'Select all' }).click();
    await dialog.getByRole('button', { name: 'Send 3 documents again' }).waitFor();
    await dialog.getByRole('button', { name: 'Select none' }).click();
    expect(await dialog.getByRole('button', { name: 'Send 0 documents again' }).isDisabled()).toBe(true);
    // A reader tells documents apart by their customers too, and can look at one without losing what is ticked.
    await dialog.getByRole('checkbox', { name: /^Invoice dorn-2 .*Accounts payable <payables@customer\.example/ }).check();
    const opening = page.context().waitForEvent('page');
    await dialog.getByRole('link', { name: 'Invoice dorn-2 (opens in a new tab)' }).click();
    const tab = await opening;
    await tab.getByRole('region', { name: 'Message' }).waitFor();
    await tab.close();
    expect(await dialog.getByRole('checkbox', { name: 'Invoice dorn-2' }).isChecked()).toBe(true);
    // Answers that take a while must not leave the list as it was before.
    await page.route(/status=needs_attention&limit=200/, (route) => void setTimeout(() => void route.continue(), 1000));
    await dialog.getByRole('button', { name: 'Send 1 document again' }).click();
    await dialog.getByText('1 document was handed over again.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Send again …' }).click();
    await dialog.getByRole('checkbox', { name: 'Invoice dorn-1' }).waitFor();
    expect(await dialog.getByRole('checkbox').count()).toBe(2);
  });

  it('resends to a corrected address, and the new delivery leads back to the first', async () => {
    system.platform.script = { rcpt: (address) => (address.startsWith('gone') ? '550 5.1.1 user unknown' : '250 ok') };
    const id = await send(system, 'acme', invoice('wrong', { to: [{ address: 'good@x.example' }, { address: 'gone@x.example' }] }));
    const page = await desk.open(`/teams/acme/deliveries/${id}`);
    await page.getByText('The e-mail address of the recipient does not exist.').first().waitFor();
    await page.getByText('The whole conversation with the server').click();
    const transcript = await page.locator('code', { hasText: 'C RCPT TO:<gone@x.example>' }).innerText();
    expect(transcript).toMatch(
      /C MAIL FROM:.*\n.*C RCPT TO:<good@x\.example>\n.*C RCPT TO:<gone@x\.example>\n.*C DATA(?:\n.*)+S 550 5\.1\.1 user unknown\n/,
    );
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(transcript);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Send again …', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Send again to' });
    await dialog.getByText('The mail server did not accept this address. It is selected as soon as you correct it.').waitFor();
    expect(await dialog.getByRole('checkbox', { checked: true }).count()).toBe(0);
    await dialog.getByLabel('To: address instead of gone@x.example').fill('found@x.example');
    await dialog.getByLabel('Note (such as the reason)').fill('Ms Lin gave the right one by phone');
    await dialog.getByRole('button', { name: 'Send again to 1 recipient' }).click();
    await page.getByText('Sent again by Anna Berg on').waitFor();
    await page.getByRole('region', { name: 'Message' }).getByText('Anna Berg', { exact: true }).waitFor();
    await page.getByRole('status').getByText('Accepted by the mail server').waitFor();
    const got = system.platform.messages.flatMap(({ recipients }) =>
      recipients.filter(({ accepted }) => accepted).map(({ address }) => address),
    );
    expect(got.sort()).toEqual(['found@x.example', 'good@x.example']);
    // Each of the two deliveries says it once, at its head, with a link to the other.
    for (const link of ['See the earlier delivery', 'See the later delivery']) {
      await page.getByText(new RegExp(`^Sent again by Anna Berg on .+: Ms Lin gave the right one by phone ${link}`)).waitFor();
      expect(await page.getByText('Sent again by').count()).toBe(1);
      await page.getByRole('link', { name: link }).click();
    }
  });

  it('cancels what still waits, after asking', async () => {
    system.own.script = { banner: '421 4.3.2 later' };
    const id = await send(system, 'globex', invoice('cancelled'));
    await putOff(system, 'globex', id);
    const page = await desk.open(`/teams/globex/deliveries/${id}`);
    await page
      .getByText(/^Next attempt: /)
      .first()
      .waitFor();
    const trouble = page.getByText('was overloaded or being serviced');
    await trouble.waitFor();
    await page.getByRole('button', { name: 'Cancel delivery …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel delivery' }).click();
    await page.getByRole('region', { name: 'Timeline' }).getByText('Cancelled', { exact: true }).waitFor();
    await page.getByText('Cancelled by Anna Berg').waitFor();
    await page.getByText('Sending was cancelled.').waitFor();
    expect(await page.getByText('by a user').count()).toBe(0);
    expect(await trouble.count()).toBe(0);
  });

  it('shows that a delivery was cancelled, also when an answer arrives late that was asked for before', async () => {
    const id = await send(system, 'globex', invoice('cancelled-late', { sendAt: tomorrow() }));
    const page = await desk.open(`/teams/globex/deliveries/${id}`);
    const cancel = page.getByRole('button', { name: 'Cancel delivery …' });
    await cancel.click();
    const late: (() => Promise<void>)[] = [];
    // From now on the page hears only what cancelling answers.
    await page.route(`**/deliveries/${id}`, async (route) => {
      const response = await route.fetch();
      late.push(() => route.fulfill({ response }));
    });
    const answer = await eventually(() => late[0]);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel delivery' }).click();
    await page.getByText('Cancelled by Anna Berg').waitFor();
    const arrives = page.waitForEvent('requestfinished', (request) => request.url().endsWith(id));
    await answer();
    await arrives;
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    expect(await page.getByText('Cancelled by Anna Berg').count()).toBe(1);
    expect(await cancel.count()).toBe(0);
  });

  it('filters by state, recipient and document, keeps the filter in the address, and exports what it shows', async () => {
    system.platform.script = { rcpt: (address) => (address.startsWith('gone') ? '550 5.1.1 user unknown' : '250 ok') };
    await send(system, 'acme', invoice('filter-a', { to: [{ address: 'first@x.example' }] }));
    await send(system, 'acme', invoice('filter-b', { to: [{ address: 'gone2@x.example' }], subject: '=1+1;"x"' }));
    const page = await desk.open('/teams/acme/deliveries');
    await page.getByRole('link', { name: 'Invoice filter-b' }).waitFor();
    await page.getByLabel('Recipient (whole address)').fill('first@x.example');
    await page.keyboard.press('Enter');
    await page.waitForURL(/recipient=first%40x\.example/);
    await listed(page, 1);
    await page.getByRole('link', { name: 'Invoice filter-a' }).waitFor();
    await page.getByRole('button', { name: 'Clear filter' }).click();
    await page.getByLabel('State').selectOption('failed');
    await page.waitForURL(/status=failed/);
    await page.getByRole('link', { name: 'Invoice filter-b' }).waitFor();
    await page.reload();
    expect(await page.getByLabel('State').inputValue()).toBe('failed');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as CSV' }).click()]);
    const csv = readFileSync(await download.path(), 'utf8');
    expect(csv).toContain(`"'=1+1;""x"""`);
    expect(csv.trim().split('\r\n')).toHaveLength(2);
  });

  it('lets a member read a delivery and neither resend nor cancel it', async () => {
    const id = await send(system, 'acme', invoice('member'));
    const page = await desk.open(`/teams/acme/deliveries/${id}`, { claims: MAX });
    await page.getByText('Only admins of the team may send again or cancel.').waitFor();
    expect(
      await page
        .getByRole('button')
        .filter({ hasText: /[Ss]end again|Cancel/ })
        .count(),
    ).toBe(0);
  });

  it('says that there is nothing at an address that leads nowhere', async () => {
    const page = await desk.open('/teams/acme/deliveries/not-an-id', { allow: [404] });
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  });

  it('tells of what has just come on every page: in the title, as a notice, and by the browser where that is wanted', async () => {
    system.platform.script = { rcpt: '550 5.1.1 user unknown' };
    // The browser asks a person, and shows its notices outside of the page, so both are recorded here.
    const fake = `globalThis.shown = []; globalThis.asked = 0;
      globalThis.Notification = class { static permission = 'default'; constructor(title) { shown.push(title); } close() {}
        static async requestPermission() { asked += 1; return (this.permission = 'granted'); } };
      Object.defineProperty(document, 'hidden', { get: () => true });`;
    const claims = { sub: 'nina.roth', teams: { acme: 'member' } } as const;
    const page = await desk.open('/teams/acme/inbox', { claims, before: async (opened) => void (await opened.addInitScript(fake)) });
    const noticeSwitch = page.getByRole('switch', { name: 'Notifications in this browser' });
    await noticeSwitch.waitFor();
    expect(await page.evaluate('asked')).toBe(0);
    await noticeSwitch.click({ force: true });
    await page.getByText('Shown while the page is open in the background').waitFor();
    await page.getByRole('link', { name: 'Delivery log', exact: true }).click();
    await page.getByRole('heading', { name: 'Delivery log', level: 1 }).waitFor();
    await send(system, 'acme', invoice('news', { requestedBy: { userId: 'nina.roth', locale: 'de' } }));
    // The notice is in the language of the page, whatever the user's own language is.
    const notice = page.getByRole('status').filter({ hasText: 'Invoice “news” could not be sent' });
    await notice.waitFor();
    await page.waitForFunction(() => document.title.startsWith('(1) '));
    expect(await page.evaluate('[asked, ...shown]')).toEqual([1, 'Invoice “news” could not be sent']);
    await notice.getByRole('link', { name: 'Open the delivery' }).click();
    await page.getByRole('heading', { name: 'Invoice news' }).waitFor();
    await notice.waitFor({ state: 'detached' });
    // Several are counted, and lead to where all of them are.
    system.platform.script = { rcpt: (address) => (address.startsWith('full') ? '552 5.2.2 mailbox full' : '550 5.1.1 user unknown') };
    const sendTo = (name: string): Promise<string> =>
      send(
        system,
        'acme',
        invoice(`${name}-news`, { to: [{ address: `${name}@x.example` }], requestedBy: { userId: 'nina.roth', locale: 'de' } }),
      );
    await sendTo('payables');
    // A full mailbox is tried again.
    await bringForward(system, 'acme', await sendTo('full'));
    const several = page.getByRole('status').filter({ hasText: '2 new alerts' });
    await several.getByRole('link', { name: 'Inbox' }).click();
    await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
    await several.waitFor({ state: 'detached' });
  });

  it('marks all as read and keeps preferences', async () => {
    system.platform.script = { rcpt: '550 5.1.1 user unknown' };
    await send(system, 'acme', invoice('told'));
    const page = await desk.open('/teams/acme/inbox');
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await page.getByRole('link', { name: 'Inbox, nothing unread' }).waitFor();
    await page.getByLabel('Your e-mail address').fill('no address');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('is not an e-mail address').waitFor();
    desk.opened[0]?.complaints.splice(0);
    await page.getByLabel('Your e-mail address').fill('anna@acme.example');
    const types = page.getByText('What you are notified of', { exact: true });
    const uncertain = page.getByRole('checkbox', { name: 'Not certain whether it arrived: Here in the inbox' });
    await page.getByLabel('E-mails arrive').selectOption('hour');
    await types.click();
    await uncertain.uncheck();
    await page.getByRole('switch', { name: 'By e-mail as well' }).click({ force: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByLabel('E-mail address of the team').fill('desk@acme.example');
    await page.getByRole('button', { name: 'Set the address' }).click();
    await page.getByText('desk@acme.example is not confirmed yet').waitFor();
    await page.reload();
    await page.getByText('desk@acme.example is not confirmed yet').waitFor();
    expect(await page.getByLabel('E-mails arrive').inputValue()).toBe('hour');
    await types.click();
    expect(await uncertain.isChecked()).toBe(false);
    await eventually(
      () => page.getByLabel('Your e-mail address').inputValue(),
      (value) => value === 'anna@acme.example',
    );
    expect(await page.getByRole('switch', { name: 'By e-mail as well' }).isChecked()).toBe(false);
  });
});
