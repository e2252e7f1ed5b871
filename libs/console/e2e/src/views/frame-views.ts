// What the frame itself can show: signing in, no network, an unknown page, a crash, its menu.
import { type Page } from 'playwright-core';
import { type System } from '../system.js';
import { type View } from './view.js';

const SETTINGS = '/teams/acme/settings/invoicing';

export const FRAME_VIEWS: readonly View[] = [
  { name: 'signed-out', path: SETTINGS, claims: null },
  { name: 'sign-in-expired', path: SETTINGS, tokenLastsSeconds: -10 },
  { name: 'other-team', path: '/teams/initech/settings/invoicing' },
  { name: 'not-found', path: '/teams/acme/nowhere' },
  { name: 'offline', path: SETTINGS, arrange: goOffline, allow: ['ERR_INTERNET_DISCONNECTED'] },
  { name: 'switch-user', path: SETTINGS, arrange: followLinkOfAnother },
  { name: 'options-menu', path: SETTINGS, arrange: openOptions },
  { name: 'crashed', path: '/teams/acme/deliveries', before: answerNonsense, allow: ['Cannot destructure', 'error occurred'] },
];

async function goOffline(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await page.locator('header + [role="status"]').waitFor();
}

async function followLinkOfAnother(page: Page, system: System): Promise<void> {
  const token = await system.token({ sub: 'eve.adler', teams: { acme: 'admin' } });
  await page.evaluate((fragment) => void (location.hash = fragment), `token=${token}`);
  await page.getByRole('dialog').waitFor();
}

async function openOptions(page: Page): Promise<void> {
  await page.locator('[aria-haspopup="menu"]').click();
  await page.getByRole('menu').waitFor();
}

/** Gives an answer that none of our services gives, so that the page crashes. */
async function answerNonsense(page: Page): Promise<void> {
  const item = { id: '0193', document: { type: 'invoice', id: 'x' }, subject: '', status: 'nonsense', createdAt: '2026-11-23T10:00:00Z' };
  await page.route('**/v1/teams/acme/deliveries?*', (route) => route.fulfill({ json: { items: [item], nextCursor: null } }));
}
