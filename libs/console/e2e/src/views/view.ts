// What a view is, and how it is brought up: for screenshots and for what a machine can check of how the page looks.
import { type BrowserContext, type Page } from 'playwright-core';
import { type TokenClaims } from '@billing-mail/contracts';
import { openPage, type OpenPage } from '../browser.js';
import { eventually } from '../eventually.js';
import { type System } from '../system.js';

/** The page in a state worth looking at. Things are found by id or role, never by text: a view is looked at in both languages. */
export type View = {
  name: string;
  path: string | ((system: System) => Promise<string>);
  claims?: TokenClaims | null;
  tokenLastsSeconds?: number;
  /** Before the page is asked for, as to hold answers back. */
  before?: (page: Page) => Promise<void>;
  /** Waits until the page is as it stays; by default until nothing is on its way. */
  ready?: (page: Page) => Promise<void>;
  arrange?: (page: Page, system: System) => Promise<void>;
  /** What the browser complains of in this state. */
  allow?: readonly (number | string)[];
};

/** Opens a view in a browser's profile and waits until it is ready; `arrange` is left to the caller. */
export async function openView(context: BrowserContext, system: System, view: View): Promise<OpenPage> {
  const { path, claims, tokenLastsSeconds, before, allow = [] } = view;
  const opened = await openPage(context, system, typeof path === 'string' ? path : await path(system), {
    ...(claims === undefined ? {} : { claims }),
    ...(tokenLastsSeconds === undefined ? {} : { tokenLastsSeconds }),
    before,
    allow: [404, ...allow],
  });
  await (view.ready ?? settled)(opened.page);
  return opened;
}

/** Nothing is on its way any more: neither an answer nor a placeholder for one. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await eventually(
    () => page.locator('.mantine-Skeleton-root').count(),
    (count) => count === 0,
  );
}

/** A placeholder shows what is on its way, below the title: before that, the frame shows one of its own. */
export async function loading(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await loadingWhole(page);
}

/** The title is on its way as well. */
export const loadingWhole = (page: Page): Promise<void> => page.locator('.mantine-Skeleton-root').first().waitFor();

/** The page says that something went wrong. */
export const alerted = (page: Page): Promise<void> => page.getByRole('alert').first().waitFor();

/** Requests whose address has `part` in it get no answer as long as the page is open. */
export const held =
  (part: string) =>
  async (page: Page): Promise<void> =>
    void (await page.route(
      (url) => url.pathname.includes(part),
      () => undefined,
    ));

/** Requests whose address has `part` in it find nobody there. */
export const away =
  (part: string) =>
  async (page: Page): Promise<void> =>
    void (await page.route(
      (url) => url.pathname.includes(part),
      (route) => route.abort('connectionrefused'),
    ));

/** What the browser says of a service that is away. */
export const REFUSED = 'ERR_CONNECTION_REFUSED';
