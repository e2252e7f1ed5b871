// A browser like that of a clerk, which remembers everything that it complained about.
import { readFileSync } from 'node:fs';
import { type Locale, SHARED_WORDS, type TokenClaims } from '@billing-mail/contracts';
import { findProgram, HANGS_AFTER_MS } from '@billing-mail/testkit';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type System } from './system.js';

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Without scrollbars, unless `scrollbars` says that they take room as on most desks. */
export async function launchBrowser({ scrollbars = false } = {}): Promise<Browser> {
  const executablePath = findProgram('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome');
  if (executablePath === null)
    throw new Error('chromium is not installed; cure: apt-get install -y --no-install-recommends chromium-headless-shell');
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run'];
  // Chromium's sandbox does not start as root.
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--headless', '--disable-gpu', ...quiet],
    ignoreDefaultArgs: scrollbars ? ['--hide-scrollbars'] : [],
  });
}

export type Look = { locale: Locale; scheme: 'light' | 'dark'; width: number; height: number };
export type OpenPage = {
  page: Page;
  context: BrowserContext;
  /** Errors and warnings on the console, exceptions, and requests to foreign origins, except for what `allow` names. */
  complaints: string[];
};
export type OpenOptions = Partial<Look> & {
  claims?: TokenClaims | null;
  tokenLastsSeconds?: number;
  /** Answers of which the browser complains but which are intended: a status, or a part of the complaint. */
  allow?: readonly (number | string)[];
  /** Runs before the page is requested, for example to hold answers back. */
  before?: ((page: Page) => Promise<void>) | undefined;
};

export const ANNA: TokenClaims = {
  sub: 'anna.berg',
  teams: { acme: 'admin', brandt: 'admin', globex: 'admin', fresh: 'admin', acker: 'admin' },
};
/** Has read everything that there was to read. */
export const LEA: TokenClaims = { sub: 'lea.vogt', teams: { acme: 'admin' } };
export const MAX: TokenClaims = { sub: 'max.klein', teams: { acme: 'member' } };

/** Creates an empty browser profile. */
export async function newContext(browser: Browser, look: Partial<Look> = {}): Promise<BrowserContext> {
  const { locale = 'en', scheme = 'light', width = 1280, height = 900 } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: SHARED_WORDS[locale].tag,
    colorScheme: scheme,
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  // Applies to the pages that its pages open as well.
  context.setDefaultTimeout(HANGS_AFTER_MS);
  if (IS_ANOTHER_DAY) await context.clock.install({ time: Date.now() });
  return context;
}

/** Opens a page by a signed-in link, as the host application does; in a profile of its own unless one is given. */
export async function openPage(
  browser: Browser | BrowserContext,
  system: System,
  path: string,
  { claims = ANNA, tokenLastsSeconds = 3600, allow = [], before, ...look }: OpenOptions = {},
): Promise<OpenPage> {
  const context = 'newCDPSession' in browser ? browser : await newContext(browser, look);
  const page = await context.newPage();
  const complaints = watch(page, system, allow);
  const token = claims === null ? '' : `#token=${await system.token(claims, tokenLastsSeconds)}`;
  await before?.(page);
  await page.goto(`${system.urls['settings-api']}${path}${token}`);
  return { page, context, complaints };
}

/** If the tests run on another day than the browser (`npm run date:check`), a script gives its pages that day. */
const IS_ANOTHER_DAY = process.env['PAGES_CLOCK'] === 'ours';
/**
 * Complaints about that script, and about axe, which asks the frames of a page for their findings: the frame of a message runs no script
 * and has no origin.
 */
const ASKED_BY_TESTS = IS_ANOTHER_DAY
  ? /^Failed to execute 'postMessage' on 'DOMWindow'|^Blocked script execution in 'about:srcdoc'/
  : /^Failed to execute 'postMessage' on 'DOMWindow'/;

function watch(page: Page, system: System, allow: readonly (number | string)[]): string[] {
  const complaints: string[] = [];
  const origins = Object.values(system.urls);
  page.on('console', (message) => {
    const status = Number(/status of (\d+)/.exec(message.text())?.[1]);
    const isMeant =
      ASKED_BY_TESTS.test(message.text()) ||
      allow.some((each) => each === status || (typeof each === 'string' && message.text().includes(each)));
    if (['error', 'warning'].includes(message.type()) && !isMeant) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'blob:' && !origins.includes(url.origin)) complaints.push(`asked a stranger: ${request.url()}`);
  });
  return complaints;
}

/** Returns the serious and critical findings of axe, as lines to read. */
export async function seriousFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    // No active rule needs the style sheets, which axe would otherwise request again.
    (globalThis as unknown as { axe: Axe }).axe.run({ resultTypes: ['violations'], preload: false }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`));
}

type Axe = { run: (options: { resultTypes: string[]; preload: boolean }) => Promise<{ violations: AxeViolation[] }> };
type AxeViolation = { id: string; impact: string; nodes: { html: string; failureSummary?: string }[] };
