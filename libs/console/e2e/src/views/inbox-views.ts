// The inbox in every state.
import { type Page } from 'playwright-core';
import { LEA } from '../browser.js';
import { alerted, away, held, loading, REFUSED, type View } from './view.js';

const INBOX = '/teams/acme/inbox';

export const INBOX_VIEWS: readonly View[] = [
  { name: 'inbox', path: INBOX },
  { name: 'inbox-loading', path: INBOX, before: held('/v1/notifications'), ready: loading },
  { name: 'inbox-away', path: INBOX, before: away('/v1/notifications'), ready: alerted, allow: [REFUSED] },
  { name: 'inbox-empty', path: INBOX, claims: { sub: 'new.hand', teams: { acme: 'admin' } } },
  { name: 'inbox-all-read', path: INBOX, claims: LEA },
  { name: 'inbox-preferences-invalid', path: INBOX, claims: LEA, arrange: saveWrongAddress, allow: [422] },
];

async function saveWrongAddress(page: Page): Promise<void> {
  await page.locator('input[type="email"]').fill('no address');
  await page.locator('button[type="submit"]').click();
  await page.locator('[aria-invalid="true"]').waitFor();
}
