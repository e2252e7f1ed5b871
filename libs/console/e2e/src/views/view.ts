// What a view is, and how it is opened: for screenshots, and for what a machine can check about the look of the page.
import { eventually } from '@billing-mail/testkit';
import { type BrowserContext, type Page } from 'playwright-core';
import { type TokenClaims } from '@billing-mail/contracts';
import { openPage, type OpenPage } from '../browser.js';
import { type System } from '../system.js';

/** The page in a state worth looking at. Elements are found by id or role, never by text, because a view is opened in both languages. */
export type View = {
  name: string;
  path: string | ((system: System) => Promise<string>);
  claims?: TokenClaims | null;
  tokenLastsSeconds?: number;
  /** Runs before the page is requested, for example to hold answers back. */
  before?: (page: Page) => Promise<void>;
  /** Waits until the page no longer changes; by default until nothing is under way. */
  ready?: (page: Page) => Promise<void>;
  arrange?: (page: Page, system: System) => Promise<void>;
  /** What the browser complains about in this state. */
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

/** Waits until nothing is under way any more: neither an answer nor a placeholder for one. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await eventually(
    () => page.locator('.mantine-Skeleton-root').count(),
    (count) => count === 0,
  );
}

/** Waits until a placeholder below the title shows what is under way; before that, the frame shows a placeholder of its own. */
export async function loading(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await loadingWhole(page);
}

/** Waits for a placeholder while the title is under way as well. */
export const loadingWhole = (page: Page): Promise<void> => page.locator('.mantine-Skeleton-root').first().waitFor();

/** Waits until the page says that something went wrong. */
export const alerted = (page: Page): Promise<void> => page.getByRole('alert').first().waitFor();

/** Gives no answer to requests whose path contains `part`, as long as the page is open. */
export const held =
  (part: string) =>
  async (page: Page): Promise<void> =>
    void (await page.route(
      (url) => url.pathname.includes(part),
      () => undefined,
    ));

/** Refuses the connection of requests whose path contains `part`. */
export const away =
  (part: string) =>
  async (page: Page): Promise<void> =>
    void (await page.route(
      (url) => url.pathname.includes(part),
      (route) => route.abort('connectionrefused'),
    ));

/** What the browser says about a service that is away. */
export const REFUSED = 'ERR_CONNECTION_REFUSED';
