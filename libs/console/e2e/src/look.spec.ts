// What a machine can say about the page's look: accessible in every state, theme and language, nothing wider than the window, no jumps.
import { type Browser, type BrowserContext, type Page } from 'playwright-core';
import { launchBrowser, type Look, newContext, seriousFindings } from './browser.js';
import { layoutShift, SHIFT_NOISE } from './layout-shift.js';
import { seedSampleTeams } from './sample-teams.js';
import { startSystem, type System } from './system.js';
import { type View, openView } from './views/view.js';
import { VIEWS } from './views.js';

type Glance = Pick<Look, 'scheme' | 'width'>;
type Language = 'en' | 'de';

/** Each language in both themes, and each theme in both widths; a view is opened once for each language and then changed. */
const GLANCES: Readonly<Record<Language, readonly [Glance, Glance]>> = {
  en: [
    { scheme: 'light', width: 1280 },
    { scheme: 'dark', width: 320 },
  ],
  de: [
    { scheme: 'light', width: 320 },
    { scheme: 'dark', width: 1280 },
  ],
};

/** Returns the texts that nobody sees, and which a component library has in English. */
const labelsThere = (): string[] =>
  [...document.querySelectorAll('*')].flatMap((element) =>
    ['aria-label', 'aria-roledescription', 'title', 'alt', 'placeholder'].map((name) => element.getAttribute(name) ?? '').filter(Boolean),
  );

/** Returns the words that break without a hyphen. Only words of letters count, so neither addresses nor numbers. */
const brokenWords = (): string[] => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const broken: string[] = [];
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode())
    for (const { 0: word, index } of (node.nodeValue ?? '').matchAll(/(?<=^|\s)\p{L}+(?=[\s,.;:!?)]|$)/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const isShown = node.parentElement?.checkVisibility() === true && node.parentElement.closest('code, pre') === null;
      if (isShown && new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word);
    }
  return broken;
};

/** Returns the sections that end well below their last content, as if something were missing there. */
const emptyBeneath = (): string[] => {
  const holdsSomething = ({ childElementCount, childNodes }: Element): boolean =>
    childElementCount === 0 || [...childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
  return [...document.querySelectorAll('main section')].flatMap((section) => {
    const held = [...section.querySelectorAll('*')].filter((each) => holdsSomething(each) && each.checkVisibility());
    const empty = section.getBoundingClientRect().bottom - Math.max(...held.map((each) => each.getBoundingClientRect().bottom));
    return held.length > 0 && empty > 40 ? [`${section.textContent.slice(0, 40)}, ${empty.toFixed()} px`] : [];
  });
};

/** Returns the links of which only a part is underlined: the underline leaves out inline blocks. */
const halfUnderlined = (): string[] => {
  const isUnderlined = (each: Element): boolean => getComputedStyle(each).textDecorationLine.includes('underline');
  return [...document.querySelectorAll('a *')]
    .filter((each) => getComputedStyle(each).display === 'inline-block' && each.textContent !== '')
    .filter((each) => each.parentElement !== null && isUnderlined(each.parentElement) && !isUnderlined(each))
    .map(({ textContent }) => textContent);
};

/** Returns the last button of a dialog, which is its purpose, if it is not in sight at once, however much stands above it. */
const buttonsOutOfSight = (): string[] => {
  const button = [...document.querySelectorAll('[role="dialog"] button')].at(-1);
  const { top, bottom } = button?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
  return top < 0 || bottom > window.innerHeight ? [button?.textContent ?? ''] : [];
};

/**
 * Returns the fields and boxes whose outline hardly differs from their background (WCAG 2.2 1.4.11). Those that can only be read need no
 * outline, chosen ones have a mark, and the one with the focus has a line around it.
 */
const faintOutlines = (): string[] => {
  const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element: Element | null): string => {
    const color = element === null ? 'rgb(255, 255, 255)' : getComputedStyle(element).backgroundColor;
    return element === null || channels(color)[3] !== 0 ? color : backgroundOf(element.parentElement);
  };
  const controls = '.mantine-Input-wrapper[data-variant="default"] > .mantine-Input-input, .mantine-Checkbox-input, .mantine-Radio-radio';
  return [...document.querySelectorAll(controls)]
    .filter(
      (each) =>
        each.checkVisibility() && !each.matches(':disabled, [readonly], :has([readonly]), :checked, :focus-visible, :has(:focus-visible)'),
    )
    .filter((each) => {
      const [lighter = 0, darker = 0] = [getComputedStyle(each).borderTopColor, backgroundOf(each.parentElement)]
        .map(luminance)
        .toSorted((a, b) => b - a);
      return (lighter + 0.05) / (darker + 0.05) < 3;
    })
    .map((each) => `${each.id || each.className}: ${getComputedStyle(each).borderTopColor} on ${backgroundOf(each.parentElement)}`);
};

/** Labels that are the same in both languages: names, addresses, figures, and common words. */
const SAME_LABELS = /@|\d|^(?:Billing Mail|Filter|Team)$|GmbH|Corporation/;

describe('every view', () => {
  let system: System;
  let browser: Browser;
  let profiles: Record<Language, BrowserContext>;
  beforeAll(async () => {
    browser = await launchBrowser();
    system = await startSystem({ retryDelays: '500ms,500ms' });
    await seedSampleTeams(system);
    // One profile for all views of a language, so that the browser keeps what it has compiled.
    profiles = { en: await newContext(browser, { locale: 'en' }), de: await newContext(browser, { locale: 'de' }) };
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  it.each(VIEWS)('has nothing serious for axe, no error, nothing that sticks out, no jump: $name', async (view) => {
    const [english, german] = await Promise.all([lookAt(view, 'en'), lookAt(view, 'de')]);
    expect([...english.wrong, ...german.wrong]).toEqual([]);
    const same = german.labels.filter((label) => english.labels.includes(label) && !SAME_LABELS.test(label));
    expect(same).toEqual([]);
  });

  it.each(VIEWS.filter(({ name }) => name === 'settings-leave'))(
    'is covered to its edges by a dialog, and nothing moves: $name',
    async (view) => {
      const desk = await launchBrowser({ scrollbars: true });
      try {
        const { page } = await openView(await newContext(desk), system, view);
        const [head, overlay] = [page.locator('header').first(), page.locator('.mantine-Modal-overlay')];
        const before = await head.boundingBox();
        await view.arrange?.(page, system);
        const [after, covered] = [await head.boundingBox(), await overlay.boundingBox()];
        expect({ after, covered }).toEqual({ after: before, covered: { x: 0, y: 0, width: 1280, height: 900 } });
      } finally {
        await desk.close();
      }
    },
  );

  /** Returns what is wrong with a view in a language. */
  async function lookAt(view: View, locale: Language): Promise<{ wrong: string[]; labels: string[] }> {
    const [first, second] = GLANCES[locale];
    const before = async (page: Page): Promise<void> => {
      await turnTo(page, first);
      await view.before?.(page);
    };
    const { page, context, complaints } = await openView(profiles[locale], system, { ...view, before });
    const jumps = await layoutShift(page);
    const wrong = jumps.sum < SHIFT_NOISE ? [] : [`${locale}: jumps by ${jumps.sum.toFixed(4)}: ${jumps.moved.join(' | ')}`];
    await view.arrange?.(page, system);
    wrong.push(...(await glanceAt(page, locale, first)));
    await turnTo(page, second);
    await page.locator(`html[data-mantine-color-scheme="${second.scheme}"]`).waitFor();
    await page.evaluate(transitionsEnded);
    wrong.push(...(await glanceAt(page, locale, second)));
    const labels = await page.evaluate(labelsThere);
    await page.close();
    await context.setOffline(false);
    return { wrong: [...wrong, ...complaints], labels };
  }
});

/**
 * Resolves once all colours have changed. They change by transitions: however short each is, an inherited colour begins to change only when
 * the colour that it inherits has ended its transition.
 */
async function transitionsEnded(): Promise<void> {
  for (let still = 0; still < 3;) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    still = document.getAnimations().some((animation) => animation instanceof CSSTransition) ? 0 : still + 1;
  }
}

async function turnTo(page: Page, { scheme, width }: Glance): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width, height: width < 600 ? 640 : 900 });
}

async function glanceAt(page: Page, locale: string, { scheme, width }: Glance): Promise<string[]> {
  const sticksOut = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
  const findings = await seriousFindings(page);
  const broken = await page.evaluate(brokenWords);
  const empty = await page.evaluate(emptyBeneath);
  const half = await page.evaluate(halfUnderlined);
  const outOfSight = await page.evaluate(buttonsOutOfSight);
  const faint = await page.evaluate(faintOutlines);
  return [
    ...(sticksOut > 0 ? [`${sticksOut} px wider than the window`] : []),
    ...broken.map((word) => `breaks in the middle of a word: ${word}`),
    ...half.map((text) => `a link that is not underlined as a whole: ${text}`),
    ...empty.map((section) => `empty beneath: ${section}`),
    ...faint.map((outline) => `a faint outline: ${outline}`),
    ...outOfSight.map((button) => `below the window: ${button}`),
    ...findings,
  ].map((finding) => `${locale}, ${scheme}, ${width}: ${finding}`);
}
