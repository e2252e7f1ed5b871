// Makes a picture of every view in both languages, both themes, on a phone and on a desk: `npm run screenshots -- [folder] [view…]`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, type Look, newContext } from './browser.js';
import { seedSampleTeams } from './sample-teams.js';
import { startSystem } from './system.js';
import { openView } from './views/view.js';
import { VIEWS } from './views.js';

const [folder = join('.data', 'screenshots'), ...wanted] = process.argv.slice(2);
const WIDTHS = [360, 1280];

async function main(): Promise<void> {
  const [system, browser] = await Promise.all([startSystem({ retryDelays: '500ms,500ms' }), launchBrowser()]);
  try {
    await seedSampleTeams(system);
    mkdirSync(folder, { recursive: true });
    for (const view of VIEWS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
      for (const look of looks()) {
        const context = await newContext(browser, look);
        const { page } = await openView(context, system, view);
        await view.arrange?.(page, system);
        // As high as the page, so that what sticks to the window's edges stands where the page ends.
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ width: look.width, height: Math.max(height, look.height) });
        await page.evaluate(() => window.scrollTo(0, 0));
        await page.screenshot({ path: join(folder, `${view.name}-${look.locale}-${look.scheme}-${look.width}.png`), fullPage: true });
        await context.close();
      }
      console.log(view.name);
    }
  } finally {
    await browser.close();
    await system.stop();
  }
}

function looks(): Look[] {
  return (['en', 'de'] as const).flatMap((locale) =>
    (['light', 'dark'] as const).flatMap((scheme) => WIDTHS.map((width): Look => ({ locale, scheme, width, height: 900 }))),
  );
}

void main();
