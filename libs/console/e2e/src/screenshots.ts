// Takes pictures of the page. `npm run screenshots -- [folder] [view…]`: every view in both languages and both themes, on a phone and on a
// desk; `npm run screenshots -- --readme`: the pictures in the README.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser } from 'playwright-core';
import { LOCALES } from '@billing-mail/contracts';
import { launchBrowser, type Look, newContext } from './browser.js';
import { seedSampleTeams } from './sample-teams.js';
import { startSystem, type System } from './system.js';
import { openView, type View } from './views/view.js';
import { VIEWS } from './views.js';

/** Pixels. A list that goes on below this looks no different there; the longest form fits. */
const HIGHEST_PX = 8000;
const README: Look = { locale: 'en', scheme: 'light', width: 1280, height: 1000 };
const README_VIEWS = ['settings', 'deliveries'];

type Camera = { browser: Browser; system: System };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { readme: { type: 'boolean' } }, allowPositionals: true });
  const isForReadme = values.readme === true;
  const [folder, ...names] = isForReadme ? [join('libs', 'console', 'pictures'), ...README_VIEWS] : positionals;
  const target = folder ?? join('.data', 'screenshots');
  const browser = await launchBrowser();
  const system = await startSystem({ retryDelays: '500ms,500ms' });
  try {
    await seedSampleTeams(system);
    mkdirSync(target, { recursive: true });
    for (const view of VIEWS.filter(({ name }) => names.length === 0 || names.includes(name))) {
      if (isForReadme) await take({ browser, system }, view, README, join(target, `${view.name}.png`));
      else
        for (const look of looks())
          await take({ browser, system }, view, look, join(target, `${view.name}-${look.locale}-${look.scheme}-${look.width}.png`), true);
      console.log(view.name);
    }
  } finally {
    await browser.close();
    await system.stop();
  }
}

/** `isWhole`: the window is as high as the page, so that what sticks to the window's edges stands where the page ends. */
async function take({ browser, system }: Camera, view: View, look: Look, path: string, isWhole = false): Promise<void> {
  const context = await newContext(browser, look);
  const { page } = await openView(context, system, view);
  await view.arrange?.(page, system);
  if (isWhole) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: look.width, height: Math.min(HIGHEST_PX, Math.max(height, look.height)) });
  }
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path });
  await context.close();
}

function looks(): Look[] {
  return LOCALES.flatMap((locale) =>
    (['light', 'dark'] as const).flatMap((scheme) => [360, 1280].map((width): Look => ({ locale, scheme, width, height: 900 }))),
  );
}

void main();
