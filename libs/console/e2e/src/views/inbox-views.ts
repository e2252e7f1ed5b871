// The inbox in every state.
import { type Page } from 'playwright-core';
import { type TokenClaims } from '@billing-mail/contracts';
import { LEA } from '../browser.js';
import { chooseAddress } from '../seed.js';
import { type System } from '../system.js';
import { alerted, away, held, loading, REFUSED, type View } from './view.js';

/** Has chosen an address and has not confirmed it. */
const NORA: TokenClaims = { sub: 'nora.falk', teams: { acme: 'admin' } };

const INBOX = '/teams/acme/inbox';

export const INBOX_VIEWS: readonly View[] = [
  { name: 'inbox', path: INBOX },
  { name: 'inbox-loading', path: INBOX, before: held('/v1/notifications'), ready: loading },
  { name: 'inbox-away', path: INBOX, before: away('/v1/notifications'), ready: alerted, allow: [REFUSED] },
  { name: 'inbox-empty', path: INBOX, claims: { sub: 'new.hand', teams: { acme: 'admin' } } },
  { name: 'inbox-all-read', path: INBOX, claims: LEA },
  { name: 'inbox-address-unconfirmed', path: chosen(''), claims: NORA },
  { name: 'inbox-address-link', path: chosen('?confirm=a2Zr0x5pS1mQ7cVbN3dEwg'), claims: NORA },
  { name: 'inbox-address-wrong-code', path: chosen('?confirm=a2Zr0x5pS1mQ7cVbN3dEwg'), claims: NORA, arrange: confirm, allow: [422] },
  { name: 'inbox-address-link-signed-out', path: `${INBOX}?confirm=a2Zr0x5pS1mQ7cVbN3dEwg`, claims: null },
  { name: 'inbox-preferences', path: `${INBOX}?show=preferences`, claims: LEA, arrange: unfoldTypes },
  { name: 'inbox-preferences-invalid', path: INBOX, claims: LEA, arrange: saveWrongAddress, allow: [422] },
];

function chosen(search: string): (system: System) => Promise<string> {
  return async (system) => {
    await chooseAddress(system, NORA, 'nora.falk@acme.example');
    return `${INBOX}${search}`;
  };
}

async function unfoldTypes(page: Page): Promise<void> {
  await page.locator('details:has(#wanted-types) > summary').click();
  await page.getByRole('table').waitFor();
}

async function confirm(page: Page): Promise<void> {
  await page.getByRole('alert').getByRole('button').first().click();
  await page.locator('[aria-invalid="true"]').waitFor();
}

async function saveWrongAddress(page: Page): Promise<void> {
  await page.locator('input[type="email"]').first().fill('no address');
  await page.locator('button[type="submit"]').first().click();
  await page.locator('[aria-invalid="true"]').waitFor();
}
