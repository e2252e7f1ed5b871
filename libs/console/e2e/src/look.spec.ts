// What a machine can say of how the page looks: accessible in every state, theme and language, nothing wider than the window, no jumps.
import { type Browser } from 'playwright-core';
import { ANNA, launchBrowser, type Look, openPage, seriousFindings } from './browser.js';
import { seed } from './seed.js';
import { startSystem, type System } from './system.js';
import { allSettled, settled, VIEWS } from './views.js';

jest.setTimeout(240_000);

const LOOKS: readonly Partial<Look>[] = [
  { locale: 'en', scheme: 'light', width: 1280 },
  { locale: 'de', scheme: 'dark', width: 320 },
];

describe('every view', () => {
  let system: System;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ retryDelays: '500ms,500ms' }), launchBrowser()]);
    await seed(system);
    await allSettled(system, ['acme', 'globex']);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  describe.each(LOOKS)('in %o', (look) => {
    it.each(VIEWS)(
      'has nothing serious for axe, no error, nothing that sticks out, no jump: $name',
      async ({ path, claims = ANNA, arrange }) => {
        const { page, context, complaints } = await openPage(browser, system, path, { ...look, claims, allow: [404, 422] });
        await settled(page);
        const jumps = await page.evaluate(layoutShift);
        await arrange?.(page);
        const sticksOut = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
        const findings = await seriousFindings(page);
        await context.close();
        expect({ findings, complaints, sticksOut }).toEqual({ findings: [], complaints: [], sticksOut: 0 });
        // "Good" begins below 0.1 (web.dev/cls); a skeleton that is a few pixels off is not a jump.
        expect(jumps).toBeLessThan(0.05);
      },
    );
  });
});

function layoutShift(): Promise<number> {
  return new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
        if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve(sum), 300);
  });
}
