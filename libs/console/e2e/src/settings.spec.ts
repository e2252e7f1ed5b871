// The page "E-mail delivery" in a real browser against the real system.
import { generateKeyPairSync } from 'node:crypto';
import { createTestIdentity, type OpenIdProvider, eventually } from '@billing-mail/testkit';
import { CONNECTION_CHANNEL, type ConnectionMessage, deliveryPath } from '@billing-mail/contracts';
import { type Page } from 'playwright-core';
import { ANNA, MAX, type OpenOptions, seriousFindings } from './browser.js';
import { setUpDesk } from './desk.js';
import { paste } from './paste.js';
import {
  breakConnection,
  connectMailbox,
  deliveriesOf,
  invoice,
  letTokenEnd,
  namePerson,
  publish,
  putSettings,
  read,
  send,
} from './seed.js';
import { APP_OF_TEAM, DOWN_PORT, MAIL_APP, type ScriptedSmtpServer, type System } from './system.js';
import { formsOf, watchForSecrets } from './where-secrets-leak.js';

const SETTINGS = '/teams/acme/settings/invoicing';
const HOSTILE = '<img src=x onerror="document.title=1">';

describe('E-mail delivery', () => {
  const desk = setUpDesk({ logLevel: 'debug' });
  let system: System;

  const open = (path = SETTINGS, options: OpenOptions = {}): Promise<Page> => desk.open(path, options);
  const saved = (page: Page) => page.getByText('Saved. The next document is sent this way.').waitFor();

  beforeAll(async () => {
    ({ system } = desk);
    await namePerson(system, 'anna.berg', { name: 'Anna Berg', email: null, teams: { acme: 'admin' } });
    await namePerson(system, 'max.klein', { name: 'Max Klein', email: null, teams: { acme: 'member' } });
  });
  beforeEach(async () => {
    system.own.forget();
    system.own.script = {};
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', replyTo: 'billing@acme.example' });
  });

  it('takes the token out of the address bar and keeps it for a reload', async () => {
    const page = await open();
    await page.getByLabel('Company name').waitFor();
    expect(page.url()).toBe(`${system.urls['settings-api']}${SETTINGS}`);
    await page.reload();
    expect(await page.getByLabel('Company name').inputValue()).toBe('ACME GmbH');
  });

  it('says when the sign-in is missing, expired, damaged or for another team', async () => {
    const missing = await open(SETTINGS, { claims: null });
    await missing.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    const at = (hash: string) => missing.goto(`${system.urls['settings-api']}${SETTINGS}#token=${hash}`);
    await at(await system.token(ANNA, -10));
    await missing.getByRole('heading', { name: 'Your sign-in has expired' }).waitFor();
    await at('nonsense');
    await missing.getByRole('heading', { name: 'This sign-in cannot be used here' }).waitFor();
    const other = await open('/teams/initech/settings/invoicing');
    await other.getByRole('heading', { name: 'You do not belong to the team “initech”' }).waitFor();
    await other.getByRole('link', { name: 'acme' }).click();
    await other.getByLabel('Company name').waitFor();
  });

  it('ends by itself when the token does', async () => {
    const page = await open(SETTINGS, { claims: null });
    await page.goto(`${system.urls['settings-api']}${SETTINGS}#token=${await system.token(ANNA, 4)}`);
    await page.getByLabel('Company name').waitFor();
    await page.getByRole('heading', { name: 'Your sign-in has expired' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('saves copies that then get every document, pasted from a spreadsheet, doubles dropped', async () => {
    const page = await open();
    const cc = page.getByRole('textbox', { name: 'CC: visible copies' });
    await cc.fill('boss@acme.example');
    await cc.press('Enter');
    const rows = 'Controlling\tcontrolling@acme.example\n\tArchive <archive@acme.example>\n\tCONTROLLING@acme.example\n';
    await paste(page, '#field-bcc', rows);
    await page.getByText('2 addresses added, 1 duplicate left out.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await saved(page);
    system.platform.forget();
    await publish(system, 'acme', invoice('copies'));
    const all = () => system.platform.messages.flatMap(({ recipients }) => recipients.map(({ address }) => address)).sort();
    const wanted = ['archive@acme.example', 'boss@acme.example', 'controlling@acme.example', 'payables@customer.example'];
    await eventually(all, (now) => now.length >= wanted.length);
    expect(all()).toEqual(wanted);
    expect(system.platform.messages[0]?.raw?.toString()).toContain('boss@acme.example');
    expect(system.platform.messages[0]?.raw?.toString()).not.toContain('archive@acme.example');
  });

  it('marks each wrong address with its reason, leads to it, and lets it be corrected', async () => {
    const page = await open();
    await paste(page, '#field-cc', 'good@acme.example, bad@@acme.example; double..dot@acme.example');
    await page.getByText('2 addresses cannot be used').waitFor();
    await page.getByText('has more than one @').waitFor();
    await page.getByText('next to another dot before the @').waitFor();
    // The addresses that cannot be used get no mail.
    await page.getByText('1 address', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    const summary = page.getByRole('alert').filter({ hasText: '1 field to correct' });
    await summary.waitFor();
    expect(await summary.evaluate((element) => element === document.activeElement)).toBe(true);
    await summary.getByRole('link', { name: 'CC' }).click();
    await page.getByRole('button', { name: 'Edit bad@@acme.example' }).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('better@acme.example,');
    await page.getByRole('button', { name: 'Edit double..dot@acme.example' }).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('one.dot@acme.example');
    await page.getByRole('button', { name: 'Save' }).click();
    await saved(page);
  });

  it('takes an address that is still in its field when a button is pressed, which does not move meanwhile', async () => {
    // Both the field and the end of the page are in sight.
    const page = await open(SETTINGS, { height: 1600 });
    await page.getByRole('button', { name: 'Add copies for payment reminders' }).click();
    await page.locator('#field-copies-reminder-cc').fill('law@@acme.example');
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    const save = page.getByRole('button', { name: 'Save', exact: true });
    const bar = page.locator('[data-saved]');
    const place = await bar.boundingBox();
    await save.hover();
    await page.mouse.down();
    expect(await bar.boundingBox()).toEqual(place);
    await page.mouse.up();
    await page.getByRole('alert').filter({ hasText: '1 field to correct' }).waitFor();
    const cc = page.locator('#field-cc');
    await cc.fill('one@acme.example');
    await page.keyboard.press('Tab');
    const list = page.getByRole('list', { name: 'CC: visible copies' });
    await list.getByText('one@acme.example').waitFor();
    // The right button sends no click. What is entered then is not undone by a later click.
    await cc.fill('two@acme.example');
    await page.getByRole('heading', { name: 'Copies', exact: true }).click({ button: 'right' });
    await cc.focus();
    await page.keyboard.press('Enter');
    await cc.fill('three@acme.example');
    await page.keyboard.press('Enter');
    await save.click();
    for (const name of ['one', 'two', 'three']) await list.getByText(`${name}@acme.example`).waitFor();
  });

  // measure.ts measures how long one more takes, because nothing else runs there.
  it('keeps 500 copies out of the way: few are drawn, one more can be added, all can be seen', async () => {
    const page = await open();
    await paste(page, '#field-bcc', Array.from({ length: 500 }, (_, index) => `copy${index}@acme.example`).join('\n'));
    await page.getByText('500 addresses', { exact: true }).waitFor();
    const isInSight = (): Promise<boolean> =>
      page.locator('#field-bcc').evaluate((input) => {
        const { left, top, height } = input.getBoundingClientRect();
        return document.elementFromPoint(left + 1, top + height / 2) === input;
      });
    await eventually(isInSight, Boolean);
    const chips = page.getByRole('list', { name: 'BCC: hidden copies' }).getByRole('listitem');
    expect(await chips.count()).toBe(40);
    await page.getByRole('textbox', { name: 'BCC: hidden copies' }).fill('another@acme.example');
    await page.keyboard.press('Enter');
    await page.getByText('501 addresses', { exact: true }).waitFor();
    expect(await chips.last().innerText()).toBe('another@acme.example');
    expect(await chips.count()).toBe(40);
    await page.getByRole('button', { name: 'Show all 501' }).click();
    expect(await chips.count()).toBe(501);
    await page.getByRole('button', { name: 'Save' }).click();
    await saved(page);
  });

  it('needs no line of its own for the next address on a phone', async () => {
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', cc: [{ address: 'ab@acme.example' }] });
    const page = await open(SETTINGS, { width: 360 });
    const name = 'CC: visible copies';
    const input = await page.getByRole('textbox', { name }).boundingBox();
    const chip = await page.getByRole('list', { name }).getByText('ab@acme.example').boundingBox();
    expect(input?.y).toBeLessThan((chip?.y ?? 0) + (chip?.height ?? 0));
  });

  it('begins a line of the way to the page with a separator, and ends none with it', async () => {
    const page = await open(SETTINGS, { width: 360, locale: 'de' });
    const steps = page.getByRole('list').filter({ hasText: 'Teameinstellungen' }).getByRole('listitem');
    await steps.first().waitFor();
    expect(await steps.evaluateAll((all) => all.map((each) => getComputedStyle(each, '::before').content.includes('›')))).toEqual([
      false,
      true,
    ]);
    expect(await steps.allInnerTexts()).toEqual(['Teameinstellungen', 'Fakturierung']);
  });

  it('begins empty for a team without settings and saves the first ones', async () => {
    const page = await open('/teams/fresh/settings/invoicing', { allow: [404] });
    await page.getByText('Nothing is set up yet').waitFor();
    const name = 'Fresh & "Söhne" &lt;b&gt; GmbH';
    await page.getByLabel('Company name').fill(name);
    await page.getByRole('button', { name: 'Save' }).click();
    await saved(page);
    expect(await page.title()).toBe('E-mail delivery · Billing Mail');
    await page.getByRole('region', { name: 'How documents are sent now' }).getByText(name).waitFor();
  });

  it('shows two windows that one has saved, and keeps both changes', async () => {
    const [mine, theirs] = [await open(SETTINGS, { allow: [412] }), await open(SETTINGS, { claims: { ...ANNA, sub: 'max.klein' } })];
    await mine.getByLabel('Company name').fill('ACME SE');
    await theirs.getByLabel('Reply address').fill('office@acme.example');
    await theirs.getByRole('button', { name: 'Save' }).click();
    await saved(theirs);
    await mine.getByRole('button', { name: 'Save' }).click();
    const dialog = mine.getByRole('dialog', { name: 'Somebody else has saved in the meantime' });
    await dialog.getByText(/^Max Klein saved on/).waitFor();
    await dialog.getByRole('row', { name: 'Reply address office@acme.example unchanged' }).waitFor();
    await dialog.getByRole('button', { name: 'Keep mine, with their other changes' }).click();
    await mine.getByText('1 unsaved change').waitFor();
    await mine.getByRole('button', { name: 'Save' }).click();
    await saved(mine);
    await mine.reload();
    expect(await mine.getByLabel('Company name').inputValue()).toBe('ACME SE');
    expect(await mine.getByLabel('Reply address').inputValue()).toBe('office@acme.example');
  });

  it('says who changed what, and goes back to a former state, which is looked at before it is saved', async () => {
    const former = { companyName: 'ACME Former', replyTo: 'former@acme.example' };
    await putSettings(system, 'acme', former, 'max.klein');
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', replyTo: 'billing@acme.example' });
    const page = await open();
    const history = page.getByRole('region', { name: 'What was changed' });
    await history.getByText('Company name: ACME Former → ACME GmbH').first().waitFor();
    const ofMax = history.locator('li[data-version]').filter({ hasText: 'Max Klein' }).first();
    await ofMax.getByRole('button', { name: 'Back to this version' }).click();
    await ofMax.getByText('2 fields above have been set back. Check and save.').waitFor();
    expect(await page.getByLabel('Company name').inputValue()).toBe('ACME Former');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved(page);
  });

  it('asks before unsaved changes are left by a link, by going back, by a reload', async () => {
    const page = await open('/teams/acme/deliveries');
    await page.getByRole('link', { name: 'E-mail delivery' }).click();
    await page.getByLabel('Company name').fill('Changed');
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });

    await page.getByRole('link', { name: 'Delivery log', exact: true }).click();
    await dialog.getByRole('button', { name: 'Stay here' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.goBack();
    await dialog.getByRole('button', { name: 'Stay here' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Company name').inputValue()).toBe('Changed');

    const asked = new Promise<string>((resolve) =>
      page.once('dialog', (browserDialog) => {
        resolve(browserDialog.type());
        void browserDialog.dismiss();
      }),
    );
    await page.evaluate(() => location.reload());
    expect(await asked).toBe('beforeunload');

    await page.goBack();
    await dialog.getByRole('button', { name: 'Leave and discard' }).click();
    await page.getByRole('heading', { name: 'Delivery log' }).waitFor();
  });

  it('lets a member look and says why nothing can be changed', async () => {
    const page = await open(SETTINGS, { claims: MAX });
    await page.getByText('You can view these settings but not change them').waitFor();
    await page.getByText('may change these settings: Anna Berg. Ask them if something is wrong.').waitFor();
    await page.getByText('In addition to whoever sent the document.', { exact: true }).waitFor();
    expect(await page.locator('[required]').count()).toBe(0);
    expect(await page.getByLabel('Company name').getAttribute('readonly')).not.toBeNull();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    expect(await page.getByText('None', { exact: true }).count()).toBe(2);
    expect(await page.getByText('0 addresses').count()).toBe(0);
  });

  it('says to a member where there is no sending limit', async () => {
    const smtp = {
      host: '127.0.0.1',
      port: system.own.port,
      security: 'none',
      auth: { type: 'none' },
      fromAddress: 'a@acme.example',
    } as const;
    await putSettings(system, 'acme', { companyName: 'ACME GmbH', sender: 'custom', smtp: { ...smtp, limits: { connections: 3 } } });
    const page = await open(SETTINGS, { claims: MAX });
    const limits = page.getByRole('group', { name: 'Sending limits of your server' }).getByRole('textbox');
    await limits.first().waitFor();
    expect(await limits.evaluateAll((all) => all.map((each) => (each as unknown as { value: string }).value))).toEqual([
      '3',
      'no limit',
      'no limit',
    ]);
  });

  it('adds copies that single types of documents get, and takes them back by the history', async () => {
    const page = await open();
    const section = page.getByRole('region', { name: 'Copies for individual document types' });
    await section.getByRole('button', { name: 'Add copies for payment reminders' }).click();
    const cc = page.locator('#field-copies-reminder-cc');
    await page.waitForFunction((id) => document.activeElement?.id === id, 'field-copies-reminder-cc');
    await cc.fill('law@@acme.example,');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').getByText('CC for payment reminders').waitFor();
    await section.getByRole('button', { name: 'Edit law@@acme.example' }).click();
    await cc.fill('law@acme.example,');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved(page);
    await page.getByText('Further copies are sent with: Payment reminders.').waitFor();
    const stored = async () =>
      JSON.parse(await read(system, 'acme', 'settings-api', '/v1/teams/acme/email-delivery')) as { copies: object };
    expect((await stored()).copies).toEqual([{ types: ['reminder'], cc: [{ address: 'law@acme.example' }], bcc: [] }]);
    const history = page.getByRole('region', { name: 'What was changed' });
    await history.getByText('CC for payment reminders: added law@acme.example').waitFor();
    await history.locator('li[data-version]').nth(1).getByRole('button', { name: 'Back to this version' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved(page);
    expect((await stored()).copies).toEqual([]);
  });

  it('takes who is told of trouble by name, and stores the id', async () => {
    const page = await open();
    const people = page.locator('#field-notifyUserIds');
    await people.pressSequentially('max');
    await people.press('Enter');
    await people.pressSequentially('u99');
    await people.press('Enter');
    const section = page.getByRole('region', { name: 'Who is notified of problems' });
    await section.getByText('Max Klein', { exact: true }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await saved(page);
    expect(JSON.parse(await read(system, 'acme', 'settings-api', '/v1/teams/acme/email-delivery'))).toMatchObject({
      notifyUserIds: ['max.klein', 'u99'],
    });
    await page.getByRole('region', { name: 'What was changed' }).getByText('added Max Klein, u99').first().waitFor();
  });

  it('saves settings while the delivery log is away, and says that it is', async () => {
    const page = await open();
    await page.getByLabel('Company name').waitFor();
    await page.route(`${system.urls['mail-dispatcher']}/**`, (route) => route.abort());
    desk.opened.at(-1)?.complaints.splice(0);
    await page.reload();
    await page.getByText('The delivery log is not answering right now.').waitFor();
    await page.getByLabel('Company name').fill('ACME without log');
    await page.getByRole('button', { name: 'Save' }).click();
    await saved(page);
    const complaints = desk.opened.at(-1)?.complaints ?? [];
    expect(complaints.every((text) => text.includes('ERR_FAILED'))).toBe(true);
    complaints.splice(0);
  });

  it('keeps what was typed when saving fails, with the request id, and saves on retry', async () => {
    const page = await open(SETTINGS, { allow: [500] });
    await page.getByLabel('Company name').fill('ACME again');
    const problem = { type: 'urn:x:internal', title: 'x', status: 500, detail: 'Something went wrong.', requestId: 'req-4711' };
    await page.route('**/email-delivery', (route) => route.fulfill({ status: 500, body: JSON.stringify(problem) }), { times: 1 });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Request req-4711').waitFor();
    const failure = page.getByRole('alert').filter({ hasText: 'Request req-4711' });
    await eventually(() => failure.evaluate((element) => element === document.activeElement), Boolean);
    await page.getByRole('region', { name: 'Save' }).getByText('Your changes were not saved.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await saved(page);
  });

  it('keeps what is typed while it saves, as changes that are not saved yet', async () => {
    const page = await open();
    await page.getByLabel('Company name').fill('ACME while saving');
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await page.route(
      '**/email-delivery',
      async (route) => {
        await held;
        await route.continue();
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('#field-replyTo').fill('late@acme.example');
    goOn();
    await page.getByText('1 unsaved change').waitFor();
    expect(await page.locator('#field-replyTo').inputValue()).toBe('late@acme.example');
    await page.getByRole('button', { name: 'Save' }).click();
    await saved(page);
  });

  it('leads to what the service says is wrong with a field', async () => {
    const page = await open(SETTINGS, { allow: [422] });
    await page.getByLabel('Company name').fill('ACME refused');
    const errors = [{ pointer: '/companyName', message: 'must not be empty' }];
    const problem = { type: 'urn:x:invalid', title: 'x', status: 422, detail: 'x', errors };
    await page.route('**/email-delivery', (route) => route.fulfill({ status: 422, body: JSON.stringify(problem) }), { times: 1 });
    await page.getByRole('button', { name: 'Save' }).click();
    const summary = page.getByRole('alert').filter({ hasText: '1 field to correct' });
    await eventually(() => summary.evaluate((element) => element === document.activeElement), Boolean);
    await page.getByRole('region', { name: 'Save' }).getByText('1 field to correct').waitFor();
    // In the list of mistakes it follows the name of the field; below the field it is a sentence of its own.
    await summary.getByText('Company name: must not be empty').waitFor();
    const begun = page.locator('.mantine-InputWrapper-error', { hasText: 'must not be empty' });
    expect(await begun.evaluate((element) => getComputedStyle(element, '::first-letter').textTransform)).toBe('uppercase');
    // The page can't check it, so it is over once the field is changed, and with nothing else.
    await page.locator('#field-replyTo').fill('office@acme.example');
    await summary.waitFor();
    await page.getByLabel('Company name').fill('ACME');
    await summary.waitFor({ state: 'detached' });
  });

  it('never lets a password out again', async () => {
    const secret = 'pass-wörd-9f2c';
    const answers: string[] = [];
    const page = await open('/teams/globex/settings/invoicing', { allow: [404] });
    page.on(
      'response',
      (response) =>
        void response.text().then(
          (text) => answers.push(text),
          () => undefined,
        ),
    );
    await page.getByLabel('Company name').fill('Globex');
    await fillServer(page, { port: String(system.own.port), security: 'starttls' });
    await page.getByLabel('Username').fill('billing');
    await page.locator('#field-smtp-auth-password').fill(secret);
    await page.getByRole('button', { name: 'Save' }).click();
    await saved(page);
    await page.getByText(/^Set on .* by anna\.berg$/).waitFor();
    await page.reload();
    await page.getByText(/^Set on .* by anna\.berg$/).waitFor();
    const kept = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(kept).not.toContain(secret);
    expect(answers.join('')).not.toContain(secret);

    await page.locator('#field-smtp-host').fill('smtp.elsewhere.example');
    await page.getByText('so the password has to be entered again').first().waitFor();
  });

  describe('testing an own server', () => {
    const account = { accounts: [{ username: 'billing', password: 'right' }] };
    type Wrong = {
      name: string;
      script?: ScriptedSmtpServer['script'];
      host?: string;
      port?: string;
      security?: string;
      step: string;
      hint: RegExp;
    };
    const WRONG: Wrong[] = [
      { name: 'a name that nobody has', host: 'smtp.nowhere.invalid', step: 'dns', hint: /spelling/i },
      { name: 'a server that is down', port: String(DOWN_PORT), step: 'connect', hint: /server name and port/i },
      { name: 'a greeting that refuses', script: { banner: '554 5.7.1 go away' }, step: 'greeting', hint: /./ },
      { name: 'no greeting at all', script: { banner: { reply: '', then: 'stall' } }, step: 'greeting', hint: /./ },
      { name: 'no STARTTLS', script: { security: 'none' }, security: 'starttls', step: 'tls', hint: /./ },
      {
        name: 'a certificate of nobody',
        script: { security: 'starttls', certificate: 'self_signed' },
        security: 'starttls',
        step: 'tls',
        hint: /certificate/i,
      },
      {
        name: 'an expired certificate',
        script: { security: 'starttls', certificate: 'expired' },
        security: 'starttls',
        step: 'tls',
        hint: /certificate/i,
      },
      { name: 'a wrong password', script: { security: 'starttls', ...account }, security: 'starttls', step: 'auth', hint: /password/i },
      { name: 'no sign-in offered', script: { security: 'starttls' }, security: 'starttls', step: 'auth', hint: /./ },
      {
        name: 'a sender that is refused',
        script: { security: 'starttls', ...account, auth: '235 ok', mail: `550 5.7.60 ${HOSTILE}` },
        security: 'starttls',
        step: 'mail_from',
        hint: /send/i,
      },
    ];

    it('shows for ten mistakes the step and its cure, then works, and sends a test e-mail', async () => {
      const page = await open();
      await page.getByRole('radio', { name: 'Your own mail server' }).check({ force: true });
      await page.getByLabel('Sender address').fill('billing@acme.example');
      await page.getByRole('button', { name: 'Test connection' }).waitFor();
      for (const { name, script = {}, host = '127.0.0.1', port = String(system.own.port), security = 'none', step, hint } of WRONG) {
        system.own.script = script;
        await fillServer(page, { host, port, security });
        await page.getByLabel('Sign-in').selectOption(security === 'none' ? 'none' : 'password');
        if (security !== 'none') {
          await page.getByLabel('Username').fill('billing');
          await page.locator('#field-smtp-auth-password').fill('wrong');
        }
        await page.getByRole('button', { name: 'Test connection' }).click();
        const failed = page.locator(`li[data-step="${step}"][data-ok="false"]`);
        await failed.waitFor().catch(async () => {
          throw new Error(`${name}: ${await page.locator('main').innerText()}`);
        });
        expect(`${name}: ${await failed.getByRole('alert').innerText()}`).toMatch(hint);
        expect(await page.locator('img').count()).toBe(0);
      }
      system.own.script = { security: 'starttls', ...account };
      await page.locator('#field-smtp-auth-password').fill('right');
      await page.getByRole('button', { name: 'Test connection' }).click();
      await page.getByText('The connection works.', { exact: true }).waitFor();
      await page.getByLabel('Send a test e-mail to').fill('me@acme.example');
      await page.getByRole('button', { name: 'Send test e-mail' }).click();
      await page.getByText('The server has accepted a test e-mail to me@acme.example').waitFor();
      expect(system.own.messages.map(({ recipients }) => recipients[0]?.address)).toEqual(['me@acme.example']);

      await page.getByRole('button', { name: 'Save' }).click();
      await saved(page);
      await page.getByText('The server has accepted a test e-mail to me@acme.example').waitFor();
      expect(await page.getByText('The form has changed since this test.').count()).toBe(0);
      // The error is shown at once, and is gone as soon as the value is right again.
      await page.locator('#field-smtp-security').selectOption('none');
      await page.locator('#field-smtp-security[aria-invalid="true"]').waitFor();
      await page.getByLabel('Sign-in').selectOption('none');
      await page.locator('#field-smtp-security[aria-invalid="true"]').waitFor({ state: 'detached' });
    });
  });

  describe('of a server of the own', () => {
    const OWN = '/teams/brandt/settings/invoicing';
    const MAILBOX = 'rechnung@brandt.example';
    const smtp = { host: 'smtp.brandt.example', port: 587, security: 'starttls', auth: { type: 'none' }, fromAddress: MAILBOX } as const;
    let microsoft: OpenIdProvider;
    // A team without a connection or certificate gets 404, and one with a wrong connection or certificate 422.
    const openOwn = (options: OpenOptions = {}): Promise<Page> => open(OWN, { allow: [404, 422], ...options });
    const connect = (page: Page, name = 'Connect Microsoft 365') => page.getByRole('button', { name }).click();
    const connected = (page: Page) => page.getByText(`${MAILBOX} is connected (Microsoft 365)`).waitFor();
    const chooseMailbox = (page: Page) => page.getByLabel('Sign-in', { exact: true }).selectOption('oauth2');
    const disconnect = async (page: Page): Promise<void> => {
      await page.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
      await page.getByText('No mailbox is connected.').waitFor();
    };

    beforeAll(async () => {
      microsoft = await system.startMicrosoft(MAILBOX);
    });
    afterAll(() => microsoft.close());
    beforeEach(async () => {
      await microsoft.behave({ granted: null });
      await putSettings(system, 'brandt', { companyName: 'Brandt GmbH', sender: 'custom', smtp: { ...smtp } });
    });

    it('connects a mailbox in a window, keeps what was typed, says what is wrong with it, connects again and disconnects', async () => {
      const page = await openOwn();
      await page.getByLabel('Company name').fill('Brandt Maschinenbau');
      await chooseMailbox(page);
      const popup = page.waitForEvent('popup');
      await connect(page);
      await connected(page);
      await eventually(
        async () => (await popup).isClosed(),
        (isClosed) => isClosed,
      );
      expect(await page.getByLabel('Company name').inputValue()).toBe('Brandt Maschinenbau');
      expect(await page.locator('#field-smtp-host').inputValue()).toBe('smtp.office365.com');
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByText('Save so that documents are sent from this mailbox.').waitFor();
      // The mailbox's token goes to no other server, so that the form could not be saved with one.
      await page.locator('#field-smtp-host').fill('smtp.brandt.example');
      await page.getByText('Save so that documents are sent from this mailbox.').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Enter smtp.office365.com' }).click();
      expect(await page.locator('#field-smtp-host:focus').inputValue()).toBe('smtp.office365.com');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await saved(page);

      await breakConnection(system, 'brandt');
      await page.reload();
      await page.getByText(`No documents have been sent from ${MAILBOX}`).waitFor();
      expect(await page.getByText(`${MAILBOX} is connected`).count()).toBe(0);
      await page.getByLabel('Company name').fill('Brandt & Söhne');
      await connect(page, 'Connect again');
      await page.getByText(`No documents have been sent from ${MAILBOX}`).waitFor({ state: 'detached' });
      // The connection made a new version of the settings, which does not count as a change of somebody else.
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await saved(page);
      await disconnect(page);
      // Microsoft has no way for somebody else to revoke a permission.
      await page
        .getByRole('status')
        .getByText(/^Microsoft still lists it.* myapps\.microsoft\.com/)
        .waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    });

    it('hears of a sign-in that is over as soon as it has begun', async () => {
      const atOnce = (message: ConnectionMessage): void => {
        const replace = (): void => new BroadcastChannel(message.type).postMessage(message);
        window.open = () => ({ closed: false, location: { replace }, close: () => undefined }) as unknown as Window;
      };
      const refused = { type: CONNECTION_CHANNEL, ok: false, reason: 'access_denied' } as const;
      const page = await openOwn({ before: async (one) => void (await one.addInitScript(atOnce, refused)) });
      await chooseMailbox(page);
      await connect(page);
      await page.getByRole('alert').getByText('The permission was not given.').waitFor();
    });

    it('says that the permission was refused, and leads to the sign-in by a link where no window opens', async () => {
      await microsoft.behave({ granted: 'nothing' });
      const page = await openOwn({ before: async (one) => void (await one.addInitScript(() => void (window.open = () => null))) });
      await chooseMailbox(page);
      const signIn = async (): Promise<void> => {
        await connect(page);
        await page.getByText('Your browser has not let the window open.').waitFor();
        await page.getByRole('link', { name: 'Open the sign-in' }).click();
      };
      await signIn();
      await page.getByRole('alert').getByText('The permission was not given.').waitFor();
      await microsoft.behave({ granted: null });
      await signIn();
      await connected(page);
      await disconnect(page);
    });

    it('stays connected when an answer arrives late that was asked for before', async () => {
      const page = await openOwn({ before: async (one) => void (await one.addInitScript(() => void (window.open = () => null))) });
      await chooseMailbox(page);
      await connect(page);
      const link = page.getByRole('link', { name: 'Open the sign-in' });
      await link.waitFor();
      const late: (() => Promise<void>)[] = [];
      await page.route(
        '**/email-delivery/connection',
        async (route) => {
          const response = await route.fetch();
          late.push(() => route.fulfill({ response }));
        },
        { times: 1 },
      );
      // A user who comes back to the page before the sign-in has ended.
      await page.evaluate(() => window.dispatchEvent(new Event('focus')));
      const answer = await eventually(() => late[0]);
      await link.click();
      await connected(page);
      const arrives = page.waitForEvent('requestfinished', (request) => request.url().endsWith('/connection'));
      await answer();
      await arrives;
      await disconnect(page);
    });

    it('saves before it has read the version that connecting made', async () => {
      const connectElsewhere = () =>
        connectMailbox(system, 'brandt', microsoft, { host: '127.0.0.1', scope: 'https://outlook.office.com/SMTP.Send' });
      await connectElsewhere();
      const own = { ...smtp, host: '127.0.0.1', port: system.own.port, auth: { type: 'oauth2' } } as const;
      await putSettings(system, 'brandt', { companyName: 'Brandt GmbH', sender: 'custom', smtp: own });
      const page = await openOwn({ allow: [404, 412] });
      await page.getByLabel('Company name').fill('Brandt Maschinenbau');
      await connectElsewhere();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await saved(page);
      await page.reload();
      expect(await page.getByLabel('Company name').inputValue()).toBe('Brandt Maschinenbau');
      await disconnect(page);
    });

    it('connects a mailbox by an app that signs in by itself, and again by the app and not by a person; its secret is never shown', async () => {
      const page = await openOwn();
      await chooseMailbox(page);
      await page.getByRole('button', { name: 'Use your own app or another provider' }).click();
      await page.getByLabel('The app signs in by itself').check();
      const own = page.locator('#app-sign-in');
      const secret = own.getByLabel('Secret of the app');
      const connectApp = () => own.getByRole('button', { name: 'Connect', exact: true }).click();
      const wrongAt = (label: string, text: RegExp) => own.locator('.mantine-TextInput-root', { hasText: label }).getByText(text).waitFor();
      await connectApp();
      await wrongAt('Directory (tenant)', /needed/i);
      await wrongAt('Mailbox that documents are sent from', /needed/i);
      await own.getByLabel('Directory (tenant)').fill('brandt.example');
      await own.getByLabel('ID of the app').fill(APP_OF_TEAM.id);
      await own.getByLabel('Mailbox that documents are sent from').fill(MAILBOX);
      await own.getByText(`Add-MailboxPermission -Identity ${MAILBOX} -User OBJECT-ID -AccessRights FullAccess`).waitFor();
      await secret.fill('another secret');
      await connectApp();
      await wrongAt('ID of the app', /is refused by the provider/);
      // The provider does not say which of the two is wrong.
      await own
        .locator('.mantine-PasswordInput-root', { hasText: 'Secret of the app' })
        .getByText(/is refused by the provider/)
        .waitFor();
      await secret.fill(APP_OF_TEAM.secret);
      await connectApp();
      await connected(page);
      expect(await page.locator('#field-smtp-host').inputValue()).toBe('smtp.office365.com');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await saved(page);

      await breakConnection(system, 'brandt');
      await page.reload();
      const windows: Page[] = [];
      page.on('popup', (popup) => windows.push(popup));
      await connect(page, 'Connect again');
      expect(await page.getByLabel('The app signs in by itself').isChecked()).toBe(true);
      expect(await own.getByLabel('Mailbox that documents are sent from').inputValue()).toBe(MAILBOX);
      expect(await secret.inputValue()).toBe('');
      expect(await page.content()).not.toContain(APP_OF_TEAM.secret);
      await secret.fill(APP_OF_TEAM.secret);
      await own.getByLabel('Directory (tenant)').fill('brandt.example');
      await connectApp();
      await page.getByText(`No documents have been sent from ${MAILBOX}`).waitFor({ state: 'detached' });
      expect(windows).toEqual([]);
      await disconnect(page);
    });

    it('says at the key file of a service account that it is none, or that its key is none', async () => {
      const page = await openOwn();
      await chooseMailbox(page);
      await page.getByRole('button', { name: 'Use your own app or another provider' }).click();
      await page.locator('#connected-mailbox').getByLabel('Provider').selectOption('google');
      await page.getByLabel('The app signs in by itself').check();
      const own = page.locator('#app-sign-in');
      await own.getByText('https://mail.google.com/', { exact: true }).waitFor();
      // This form asks neither about the platform's app nor about a person.
      expect(await page.getByText('You sign in with your provider').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Connect Microsoft 365' }).count()).toBe(0);
      expect(await page.getByLabel('Shared mailbox').count()).toBe(0);
      await own.getByLabel('Mailbox that documents are sent from').fill(MAILBOX);
      const send = async (text: string): Promise<void> => {
        const file = { name: 'key.json', mimeType: 'application/json', buffer: Buffer.from(text) };
        await own.locator('input[name="serviceAccount"]').setInputFiles(file);
        await own.getByRole('button', { name: 'Connect', exact: true }).click();
      };
      await send('no JSON');
      await own.getByText('is no key file of a service account').waitFor();
      await send(JSON.stringify({ client_email: 'billing@brandt.iam.gserviceaccount.com', private_key: 'no key' }));
      await own.getByText('must be the RSA key of a service account').waitFor();
    });

    it('connects a mailbox by a service account of Google, whose key is never shown', async () => {
      const account = 'billing@brandt.iam.gserviceaccount.com';
      const keys = generateKeyPairSync('rsa', {
        ...{ modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' } },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      const google = await system.startGoogle(MAILBOX, { email: account, publicKey: keys.publicKey });
      const page = await openOwn();
      await chooseMailbox(page);
      await page.getByRole('button', { name: 'Use your own app or another provider' }).click();
      await page.locator('#connected-mailbox').getByLabel('Provider').selectOption('google');
      await page.getByLabel('The app signs in by itself').check();
      const own = page.locator('#app-sign-in');
      const text = JSON.stringify({ type: 'service_account', client_email: account, private_key: keys.privateKey });
      await own.locator('input[name="serviceAccount"]').setInputFiles({
        ...{ name: 'key.json', mimeType: 'application/json', buffer: Buffer.from(text) },
      });
      const connectApp = () => own.getByRole('button', { name: 'Connect', exact: true }).click();
      await own.getByLabel('Mailbox that documents are sent from').fill('boss@other.example');
      await connectApp();
      await own
        .locator('.mantine-TextInput-root')
        .getByText(/is refused by the provider/)
        .waitFor();
      await own.getByLabel('Mailbox that documents are sent from').fill(MAILBOX);
      await connectApp();
      await page.getByText(`${MAILBOX} is connected (Google)`).waitFor();
      expect(await page.locator('#field-smtp-host').inputValue()).toBe('smtp.gmail.com');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await saved(page);
      const view = await read(system, 'brandt', 'settings-api', '/v1/teams/brandt/email-delivery/connection');
      expect(JSON.parse(view)).toMatchObject({ grant: 'app', provider: 'google', mailbox: MAILBOX, clientId: account, trouble: null });
      for (const shown of [view, await page.content()]) expect(shown).not.toContain(keys.privateKey.split('\n')[1]);
      await disconnect(page);
      await page
        .getByRole('status')
        .getByText(/^Google still knows the service account/)
        .waitFor();
      await google.close();
    });

    it('waits where the provider has revoked the consent, says so, and sends for the shared mailbox once it is connected again', async () => {
      const shared = 'buchhaltung@brandt.example';
      const scope = 'https://outlook.office.com/SMTP.Send';
      system.own.script = { security: 'starttls', mechanisms: 'XOAUTH2', tokens: byIntrospection };
      await connectMailbox(system, 'brandt', microsoft, { host: '127.0.0.1', scope, mailbox: shared });
      const own = { ...smtp, host: '127.0.0.1', port: system.own.port, auth: { type: 'oauth2' }, fromAddress: shared } as const;
      await putSettings(system, 'brandt', { companyName: 'Brandt GmbH', sender: 'custom', smtp: own });
      const isIn = (status: string, id: string) =>
        eventually(
          () => deliveriesOf(system, 'brandt', status),
          (found) => found.some((each) => each.id === id),
        );
      // The person who may send for the mailbox signs in; the message comes from the mailbox.
      const sentAs = () =>
        system.own.messages.map(({ username, from, raw }) => [username, from, /^From: .*<(.*)>/m.exec(String(raw))?.[1]]);
      await isIn('sent', await send(system, 'brandt', invoice('before')));
      expect(sentAs()).toEqual([[MAILBOX, shared, shared]]);

      await microsoft.revokeAll();
      // A server continues with a user who has already signed in.
      await system.own.interject({ reply: '421 4.3.2 closing', then: 'close' });
      const waiting = await send(system, 'brandt', invoice('meanwhile'));
      const log = await desk.open(deliveryPath('brandt', waiting));
      await log.getByText('Waiting until your mailbox is connected again').first().waitFor();
      await eventually(
        () => read(system, 'brandt', 'notification-service', '/v1/notifications'),
        (told) => told.includes('"type":"smtp_server_down"') && told.includes('"teamId":"brandt"'),
      );
      expect(sentAs()).toHaveLength(1);

      const page = await openOwn();
      await page.getByText(`No documents have been sent from ${shared}`).waitFor();
      await page.getByText('The permission has expired or was withdrawn.').waitFor();
      await connect(page, 'Connect again');
      await page.getByLabel('Secret of the app').fill(MAIL_APP.secret);
      await page.getByRole('button', { name: 'Sign in and connect' }).click();
      await page.getByText(`No documents have been sent from ${shared}`).waitFor({ state: 'detached' });
      await isIn('sent', waiting);
      expect(sentAs()).toEqual([
        [MAILBOX, shared, shared],
        [MAILBOX, shared, shared],
      ]);
      await disconnect(page);
    });

    /** Returns whether the token is active, belongs to the user who signs in, and permits sending. */
    const byIntrospection = async ({ username, password }: { username: string; password: string }): Promise<boolean> => {
      const { active, sub, scope: granted = '' } = await microsoft.introspect(password, MAIL_APP);
      return active && sub === username && granted.split(' ').includes('https://outlook.office.com/SMTP.Send');
    };

    it('sends twenty documents at once by its token, which two processes of each service renew once, and which shows nowhere', async () => {
      const scope = 'https://outlook.office.com/SMTP.Send';
      const [dispatcher] = await Promise.all([system.startAnother('mail-dispatcher'), system.startAnother('settings-api')]);
      const watch = await watchForSecrets(system);
      await connectMailbox(system, 'brandt', microsoft, { host: '127.0.0.1', scope });
      system.own.script = { security: 'starttls', mechanisms: 'XOAUTH2', tokens: byIntrospection };
      const own = { ...smtp, host: '127.0.0.1', port: system.own.port, auth: { type: 'oauth2' } as const };
      await putSettings(system, 'brandt', { companyName: 'Brandt GmbH', sender: 'custom', smtp: own });
      await letTokenEnd(system, 'brandt');
      const before = await microsoft.tokenRequests();
      const numbers = Array.from({ length: 20 }, (_, index) => `token-${index}`);
      const dispatchers = [system.urls['mail-dispatcher'], dispatcher];
      const ids = await Promise.all(numbers.map((number, at) => send(system, 'brandt', invoice(number), { by: dispatchers[at % 2] })));
      await eventually(
        () => deliveriesOf(system, 'brandt', 'sent'),
        (sent) => ids.every((id) => sent.some((each) => each.id === id)),
      );
      expect(new Set(system.own.messages.map(({ username }) => username))).toEqual(new Set([MAILBOX]));
      expect((await microsoft.tokenRequests()) - before).toBe(1);

      const paths = ['', '/connection', '/history'].map((end) => `/v1/teams/brandt/email-delivery${end}`);
      const answers = await Promise.all([
        ...paths.map((path) => read(system, 'brandt', 'settings-api', path)),
        ...ids.map((id) => read(system, 'brandt', 'mail-dispatcher', `/v1/teams/brandt/deliveries/${id}`)),
        read(system, 'brandt', 'notification-service', '/v1/notifications'),
      ]);
      const given = await microsoft.givenTokens();
      const secrets = [...given, MAIL_APP.secret].flatMap(formsOf);
      const foundIn = (text: string): string[] => secrets.filter((secret) => text.includes(secret));
      // The secrets exist, and the search finds them where they belong.
      expect(foundIn(system.own.connections.flatMap(({ commands }) => commands).join('\n'))).not.toEqual([]);
      const places = await watch.places();
      await watch.stop();
      // Each of the dispatchers has asked, and both processes of settings-api have heard both.
      expect(places.redis?.match(/^publish settings\.smtp_token /gim)).toHaveLength(dispatchers.length);
      expect(places).toMatchObject({
        logs: expect.stringContaining('token renewed'),
        redis: expect.stringContaining('tokenSealed'),
        rows: expect.stringContaining('settings.mail_connections'),
      });
      for (const text of [...answers, ...Object.values(places)]) expect(foundIn(text)).toEqual([]);
    });

    it('keeps a certificate for a server that wants one, shows it there, and forgets it', async () => {
      const { p12: buffer, passphrase, caPem } = createTestIdentity({ address: MAILBOX });
      system.own.script = { security: 'starttls', clientAuthorities: caPem };
      const own = { ...smtp, host: '127.0.0.1', port: system.own.port };
      await putSettings(system, 'brandt', { companyName: 'Brandt GmbH', sender: 'custom', smtp: own });
      const page = await openOwn();
      const save = () => page.getByRole('button', { name: 'Save', exact: true }).click();
      const section = page.locator('details:has(input[name="clientCertificate"])');
      await section.locator('summary').click();
      await section.locator('input[type="file"]').setInputFiles({ name: 'client.p12', mimeType: 'application/x-pkcs12', buffer });
      await section.getByLabel('Passphrase of the file').fill('wrong');
      await save();
      await section.getByText('does not open the file').waitFor();
      await section.getByLabel('Passphrase of the file').fill(passphrase);
      await save();
      await saved(page);
      const shown = page.getByRole('region', { name: 'Your mail server' }).locator('#field-smtp-tls-clientCertificate-file');
      await shown.getByText('valid until').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Test connection' }).click();
      await page.getByText('The connection works.', { exact: true }).waitFor();
      await page.locator('details:has(#field-smtp-tls-clientCertificate-file)').getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('button', { name: 'Test connection' }).click();
      await page.getByText('lets in only those who show a security certificate').first().waitFor();
      await save();
      await saved(page);
      expect(await read(system, 'brandt', 'settings-api', '/v1/teams/brandt/email-delivery')).not.toContain('clientCertificate');
    });

    it('sets a certificate that signs, says what is wrong with a file in the language of the reader, and removes it', async () => {
      const { p12: buffer, passphrase } = createTestIdentity({ address: MAILBOX });
      const german = await openOwn({ locale: 'de' });
      const upload = async (page: Page, button: string, label: string, secret: string): Promise<void> => {
        const section = page.locator('section:has(input[name="certificate"])');
        await section.locator('input[type="file"]').setInputFiles({ name: 'brandt.p12', mimeType: 'application/x-pkcs12', buffer });
        await section.getByLabel(label).fill(secret);
        await section.getByRole('button', { name: button }).click();
      };
      await upload(german, 'Zertifikat hinterlegen', 'Passwort der Datei', 'falsch');
      await german.getByText('öffnet die Datei nicht').waitFor();
      const page = await openOwn();
      await page.getByLabel('Company name').fill('Brandt Maschinenbau');
      await upload(page, 'Set the certificate', 'Passphrase of the file', passphrase);
      await page.getByText('The next document sent by your server is signed with it.').waitFor();
      await page.getByText('Fingerprint (SHA-256)').waitFor();
      await page.getByRole('figure').getByText('Digitally signed').waitFor();
      expect(await page.getByLabel('Company name').inputValue()).toBe('Brandt Maschinenbau');
      expect(await seriousFindings(page)).toEqual([]);
      const section = page.getByRole('region', { name: 'Your own signature' });
      await section.getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await section.getByText('Your mail server sends documents without a signature.').waitFor();
    });

    it('says that documents wait once the certificate has expired, and not that they are signed', async () => {
      const before = async (page: Page): Promise<void> => {
        await page.route('**/email-delivery', async (route) => {
          const response = await route.fetch();
          const certificate = {
            subject: 'CN=Brandt',
            addresses: [MAILBOX],
            issuer: 'CN=CA',
            fingerprint: '0A',
            validTo: '2026-01-01T00:00:00Z',
          };
          await route.fulfill({ response, json: { ...((await response.json()) as object), certificate } });
        });
      };
      const page = await openOwn({ before });
      await page.getByText('Documents wait: your signing certificate has expired.').waitFor();
      await page.getByRole('figure').getByText('Not sent for now').waitFor();
      await page.getByText('The certificate expired on').waitFor();
      await page.getByRole('link', { name: 'Replace or remove the certificate' }).click();
      await page.locator('h2:focus', { hasText: 'Your own signature' }).waitFor();
      expect(await page.getByText('signed with your certificate').count()).toBe(0);
    });
  });
});

async function fillServer(
  page: Page,
  { host = '127.0.0.1', port, security }: { host?: string; port: string; security: string },
): Promise<void> {
  const own = page.getByRole('radio', { name: 'Your own mail server' });
  if (!(await own.isChecked())) await own.check({ force: true });
  await page.locator('#field-smtp-host').fill(host);
  await page.locator('#field-smtp-port').fill(port);
  await page.getByLabel('Encryption').selectOption(security);
  const sender = page.getByLabel('Sender address');
  if ((await sender.inputValue()) === '') await sender.fill('billing@globex.example');
}
