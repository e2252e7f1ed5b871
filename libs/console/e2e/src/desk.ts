// What a spec of the page begins with: a system, a browser, and pages whose complaints fail the test in which they came.
import { eventually } from '@billing-mail/testkit';
import { type Browser, type Page } from 'playwright-core';
import { launchBrowser, openPage, type OpenOptions, type OpenPage } from './browser.js';
import { startSystem, type System, type SystemOptions } from './system.js';

export type Desk = {
  readonly system: System;
  readonly browser: Browser;
  /** Pages that are open in this test. */
  readonly opened: readonly OpenPage[];
  open(path: string, options?: OpenOptions): Promise<Page>;
};

/** Call it in a `describe`: system and browser exist from the first `beforeAll` of that `describe` on. */
export function setUpDesk(options: SystemOptions = {}): Desk {
  const opened: OpenPage[] = [];
  let system: System;
  let browser: Browser;
  // One after the other, so that a browser that cannot be started leaves no system behind.
  beforeAll(async () => {
    browser = await launchBrowser();
    system = await startSystem(options);
  });
  afterEach(async () => {
    const complaints = opened.flatMap((one) => one.complaints);
    for (const { context } of opened.splice(0)) await context.close();
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });
  return {
    get system() {
      return system;
    },
    get browser() {
      return browser;
    },
    opened,
    async open(path, pageOptions) {
      const one = await openPage(browser, system, path, pageOptions);
      opened.push(one);
      return one.page;
    },
  };
}

/** Waits until the delivery log lists as many documents: after another filter it first shows the former ones, and then none. */
export async function listed(page: Page, count: number): Promise<void> {
  await eventually(
    () => page.locator('[role="row"][data-index]').count(),
    (rows) => rows === count,
  );
}
