// Every view of the page in a state worth looking at, for screenshots and for what a machine can check of them.
import { type Page } from 'playwright-core';
import { MAX } from './browser.js';
import { type TokenClaims } from '@billing-mail/contracts';
import { eventually } from './eventually.js';
import { type System } from './system.js';

export type View = { name: string; path: string; claims?: TokenClaims | null; arrange?: (page: Page) => Promise<void> };

const SETTINGS = '/teams/acme/settings/invoicing';

/** Texts are found by id or role: the views are looked at in both languages. */
export const VIEWS: readonly View[] = [
  { name: 'settings', path: SETTINGS },
  { name: 'settings-own-server', path: '/teams/globex/settings/invoicing', arrange: testOwnServer },
  { name: 'settings-first-visit', path: '/teams/fresh/settings/invoicing' },
  { name: 'settings-invalid', path: SETTINGS, arrange: makeInvalid },
  { name: 'settings-read-only', path: SETTINGS, claims: MAX },
  { name: 'deliveries', path: '/teams/acme/deliveries' },
  { name: 'deliveries-empty', path: '/teams/fresh/deliveries' },
  { name: 'delivery', path: '/teams/globex/deliveries', arrange: openFirst },
  { name: 'delivery-refused', path: '/teams/acme/deliveries?status=partly_sent', arrange: openFirst },
  { name: 'delivery-resend', path: '/teams/acme/deliveries?status=partly_sent', arrange: openResend },
  { name: 'inbox', path: '/teams/acme/inbox' },
  { name: 'signed-out', path: SETTINGS, claims: null },
  { name: 'other-team', path: '/teams/initech/settings/invoicing' },
];

async function testOwnServer(page: Page): Promise<void> {
  await page.locator('#field-smtp-host').waitFor();
  await page
    .locator('section')
    .filter({ has: page.locator('input[autocomplete="email"]') })
    .getByRole('button')
    .first()
    .click();
  await page.locator('li[data-ok="false"]').waitFor({ timeout: 20_000 });
}

async function makeInvalid(page: Page): Promise<void> {
  await page.locator('#field-companyName').fill('');
  await page.locator('#field-cc').fill('wrong@@example,');
  await page.locator('#field-bcc').focus();
  await page.locator('button[type="submit"]').click();
  await page.getByRole('alert').first().waitFor();
}

async function openFirst(page: Page): Promise<void> {
  await page.locator('[role="row"] a').first().click();
  await page.locator('[data-recipient]').first().waitFor();
}

async function openResend(page: Page): Promise<void> {
  await openFirst(page);
  await page.locator('main button').first().click();
  await page.getByRole('dialog').waitFor();
}

/** Nothing is on its way any more: neither an answer nor a placeholder for one. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await eventually(
    () => page.locator('.mantine-Skeleton-root').count(),
    (count) => count === 0,
  );
}

/** Waits until all that was sent has ended, so that every run shows the same. */
export async function allSettled(system: System, teams: readonly string[]): Promise<void> {
  const token = await system.token({ sub: 'invoicing', role: 'service' });
  for (const team of teams) {
    for (const status of ['queued', 'sending', 'waiting']) {
      const url = `${system.urls['mail-dispatcher']}/v1/teams/${team}/deliveries?status=${status}`;
      const left = async (): Promise<number> => {
        const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
        return ((await response.json()) as { items: unknown[] }).items.length;
      };
      await eventually(left, (count) => count === 0, 60_000);
    }
  }
}
