// E-mail delivery in every state.
import { type Page, type Route } from 'playwright-core';
import { MAX } from '../browser.js';
import { paste } from '../paste.js';
import { putSettings } from '../seed.js';
import { type System } from '../system.js';
import { alerted, away, held, loading, REFUSED, type View } from './view.js';

const SETTINGS = '/teams/acme/settings/invoicing';
const OWN_SERVER = '/teams/brandt/settings/invoicing';
const HELD_UP = '/teams/held-up/settings/invoicing';
const SERVER_DOWN = '/teams/globex/settings/invoicing';

export const SETTINGS_VIEWS: readonly View[] = [
  { name: 'settings', path: SETTINGS },
  { name: 'settings-loading', path: SETTINGS, before: held('/email-delivery'), ready: loading },
  { name: 'settings-away', path: SETTINGS, before: away('/email-delivery'), ready: alerted, allow: [REFUSED] },
  { name: 'settings-log-away', path: SETTINGS, before: away('/acme/deliveries'), allow: [REFUSED] },
  { name: 'settings-first-visit', path: '/teams/fresh/settings/invoicing' },
  { name: 'settings-read-only', path: SETTINGS, claims: MAX },
  { name: 'settings-read-only-own-server', path: OWN_SERVER, claims: { ...MAX, teams: { brandt: 'member' } } },
  { name: 'settings-unsaved', path: SETTINGS, arrange: change },
  { name: 'settings-invalid', path: SETTINGS, arrange: makeInvalid },
  // In a team of its own, because the held request goes out after all when the page is closed.
  { name: 'settings-saving', path: HELD_UP, claims: inTeam('held-up'), arrange: (page) => save(page, () => undefined) },
  { name: 'settings-saved', path: SETTINGS, arrange: saveWell },
  { name: 'settings-save-failed', path: SETTINGS, arrange: saveInVain, allow: [500] },
  { name: 'settings-conflict', path: '/teams/contested/settings/invoicing', claims: inTeam('contested'), arrange: collide, allow: [412] },
  { name: 'settings-leave', path: SETTINGS, arrange: leave },
  { name: 'settings-wrong-addresses', path: SETTINGS, arrange: pasteWrongAddresses },
  { name: 'settings-many-copies', path: SETTINGS, arrange: pasteManyAddresses },
  { name: 'settings-password-set', path: OWN_SERVER },
  { name: 'settings-microsoft-365', path: OWN_SERVER, arrange: chooseMicrosoft },
  { name: 'settings-test-running', path: OWN_SERVER, before: held('/smtp/test'), arrange: test },
  { name: 'settings-test-passed', path: OWN_SERVER, arrange: testWell },
  { name: 'settings-test-failed', path: SERVER_DOWN, arrange: testInVain },
];

function inTeam(team: string): View['claims'] {
  return { sub: 'anna.berg', teams: { [team]: 'admin' } };
}

async function change(page: Page): Promise<void> {
  await page.locator('#field-companyName').fill('ACME Europe SE');
  await page.locator('button[type="submit"]').waitFor();
}

async function makeInvalid(page: Page): Promise<void> {
  await page.locator('#field-companyName').fill('');
  await page.locator('#field-cc').fill('wrong@@example,');
  await page.locator('#field-bcc').focus();
  await page.locator('button[type="submit"]').click();
  await alerted(page);
}

/** Saves a change, which `answer` answers. */
async function save(page: Page, answer: (route: Route) => Promise<void> | undefined): Promise<void> {
  await page.route('**/email-delivery', (route) => (route.request().method() === 'PUT' ? answer(route) : route.fallback()));
  await change(page);
  await page.locator('button[type="submit"]').click();
  await page.locator('button[type="submit"][aria-disabled], [data-saved="true"], [role="alert"]').first().waitFor();
}

// The page is opened in two languages at a time, which would collide: what is saved is answered here, not stored.
async function saveWell(page: Page): Promise<void> {
  const stored = page.waitForResponse((response) => response.url().endsWith('/email-delivery'));
  await page.reload();
  const before = (await (await stored).json()) as { version: number };
  await save(page, (route) => route.fulfill({ json: { ...before, companyName: 'ACME Europe SE', version: before.version + 1 } }));
  await page.locator('[data-saved="true"]').waitFor();
}

async function saveInVain(page: Page): Promise<void> {
  const problem = { type: 'urn:x:internal', title: 'x', status: 500, detail: 'Something went wrong.', requestId: '0193b2c4-7f31' };
  await save(page, (route) => route.fulfill({ status: 500, json: problem }));
  await alerted(page);
}

async function collide(page: Page, system: System): Promise<void> {
  const replyTo = page.locator('#field-replyTo');
  await change(page);
  const theirs = (await replyTo.inputValue()) === 'office@acme.example' ? 'billing@acme.example' : 'office@acme.example';
  const cc = [{ address: `team-${theirs}` }];
  await putSettings(system, 'contested', { companyName: 'ACME Nord GmbH', replyTo: theirs, locale: 'de', cc }, 'max.klein');
  await page.locator('button[type="submit"]').click();
  await page.getByRole('dialog').waitFor();
}

async function leave(page: Page): Promise<void> {
  await change(page);
  await page.locator('nav a').nth(1).click();
  await page.getByRole('dialog').waitFor();
}

async function pasteWrongAddresses(page: Page): Promise<void> {
  await paste(page, '#field-cc', 'gut@acme.example; falsch@@acme.example; zwei..punkte@acme.example; ohne-klammeraffe.example; x@y');
  await page.locator('[data-wrong]').first().waitFor();
}

async function pasteManyAddresses(page: Page): Promise<void> {
  await paste(page, '#field-bcc', Array.from({ length: 300 }, (_, index) => `niederlassung-${index + 1}@acme.example`).join('\n'));
  await page.locator('button[type="submit"]').waitFor();
}

async function chooseMicrosoft(page: Page): Promise<void> {
  await page.locator('select:has(option[value="microsoft365"])').selectOption('microsoft365');
  await page.locator('#field-smtp-auth-type').selectOption('password');
  await page.locator('button[type="submit"]').waitFor();
}

async function test(page: Page): Promise<void> {
  await page
    .locator('section')
    .filter({ has: page.locator('input[autocomplete="email"]') })
    .getByRole('button')
    .first()
    .click();
}

async function testWell(page: Page): Promise<void> {
  await test(page);
  await page.locator('li[data-step="mail_from"][data-ok="true"]').waitFor();
  await page.locator('button[aria-disabled]').waitFor({ state: 'detached' });
}

async function testInVain(page: Page): Promise<void> {
  await test(page);
  await page.locator('li[data-ok="false"]').waitFor();
}
