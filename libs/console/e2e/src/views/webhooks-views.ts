// Webhooks in every state.
import { type Page } from 'playwright-core';
import { MAX } from '../browser.js';
import { addWebhook } from '../seed.js';
import { DOWN_PORT, type System } from '../system.js';
import { alerted, away, held, loading, REFUSED, type View } from './view.js';

const WEBHOOKS = '/teams/acme/settings/invoicing/webhooks';
const LISTS = '/v1/teams/acme/webhooks';

export const WEBHOOKS_VIEWS: readonly View[] = [
  { name: 'webhooks-empty', path: '/teams/fresh/settings/invoicing/webhooks' },
  { name: 'webhooks-loading', path: WEBHOOKS, before: held(LISTS), ready: loading },
  { name: 'webhooks-away', path: WEBHOOKS, before: away(LISTS), ready: alerted, allow: [REFUSED] },
  { name: 'webhooks-read-only', path: WEBHOOKS, claims: MAX },
  { name: 'webhooks-add', path: '/teams/fresh/settings/invoicing/webhooks', arrange: (page) => openDialog(page, 'main button') },
  { name: 'webhooks-log', path: failing, arrange: openTries },
  { name: 'webhooks-rotate', path: failing, arrange: (page) => openDialog(page, '[data-webhook] > div:last-of-type button:nth-child(4)') },
  { name: 'webhooks-replay', path: failing, arrange: (page) => openDialog(page, '[data-webhook] > div:last-of-type button:nth-child(3)') },
];

/** Adds a webhook whose receiver is not there. Every look has the same webhook. */
async function failing(system: System): Promise<string> {
  await addWebhook(system, 'globex', `http://127.0.0.1:${DOWN_PORT}/billing/documents?of=${'x'.repeat(80)}`);
  return '/teams/globex/settings/invoicing/webhooks';
}

async function openDialog(page: Page, button: string): Promise<void> {
  await page.locator(button).first().click();
  await page.getByRole('dialog').waitFor();
}

async function openTries(page: Page): Promise<void> {
  // The second button sends a test and opens the log.
  await page.locator('[data-webhook] > div:last-of-type button:nth-child(2)').first().click();
  await page.locator('[data-message] summary').first().click();
}
