import { type Page } from 'playwright-core';

/** Returns how far content has jumped since the page began to load, except by the reader's own actions (web.dev/cls), and what moved. */
export const layoutShift = (page: Page): Promise<{ sum: number; moved: string[] }> =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        const moved: string[] = [];
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput, sources } of list.getEntries() as LayoutShift[]) {
            if (hadRecentInput) continue;
            sum += value;
            moved.push(...sources.map(({ node }) => (node instanceof Element ? node.outerHTML : (node?.textContent ?? '?')).slice(0, 120)));
          }
        }).observe({ type: 'layout-shift', buffered: true });
        // Buffered entries come by the next frame; one more frame is for what is being laid out right now.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve({ sum, moved }), 100)));
        type LayoutShift = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] };
      }),
  );

/** Below this nobody sees a jump: it is less than a pixel of a line. */
export const SHIFT_NOISE = 0.001;
