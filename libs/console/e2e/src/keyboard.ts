// A reader who has a keyboard and no mouse: moves by Tab, and must see where the focus is.
import { eventually } from '@billing-mail/testkit';
import { type Locator, type Page } from 'playwright-core';

const MOST_STOPS = 200;

export type Keyboard = ReturnType<typeof keyboardOf>;

export function keyboardOf(page: Page) {
  const press = (key: string): Promise<void> => page.keyboard.press(key);

  /** Presses Tab until the focus is on `target`. @throws Error if the focus does not show there */
  async function to(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    await target.waitFor({ state: 'attached' });
    if (await hasFocus(target)) return;
    const before = await target.evaluate(lookOf);
    for (let stops = 0; stops < MOST_STOPS; stops += 1) {
      await press(key);
      if (!(await hasFocus(target))) continue;
      if ((await target.evaluate(lookOf)) === before) throw new Error(`the focus does not show on ${await describe(target)}`);
      return;
    }
    throw new Error(`no way by ${key} to ${String(target)}; the focus is on ${await describe(page.locator(':focus'))}`);
  }

  return {
    press,
    to,
    /** Types into the field `target`, replacing its content. */
    write: async (target: Locator, text: string): Promise<void> => {
      await to(target);
      await press('Control+A');
      if (text === '') await press('Delete');
      else await page.keyboard.type(text);
    },
    /** Goes to `target` and presses Enter, or another key. */
    use: async (target: Locator, key = 'Enter'): Promise<void> => {
      await to(target);
      await press(key);
    },
    /** Chooses from a list by the first letters of a choice. */
    choose: async (target: Locator, letters: string): Promise<void> => {
      await to(target);
      await page.keyboard.type(letters);
    },
  };
}

export const hasFocus = (target: Locator): Promise<boolean> => target.evaluate((element) => element === document.activeElement);

/** Tabs once around the page. Returns the number of stops, and those on which the focus does not show. */
export async function walkStops(page: Page): Promise<{ stops: number; unseen: string[] }> {
  const unseen: string[] = [];
  await page.keyboard.press('Tab');
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    if (await page.evaluate(cameAround)) return { stops, unseen };
    const stop = (await page.evaluateHandle(() => document.activeElement)).asElement();
    if (stop === null) return { stops, unseen };
    const focused = await stop.evaluate(lookOf);
    // A date field has several stops.
    do await page.keyboard.press('Tab');
    while (await stop.evaluate((element) => element === document.activeElement));
    if (focused === (await stop.evaluate(lookOf))) unseen.push(await stop.evaluate((node) => node.outerHTML.slice(0, 160)));
  }
  throw new Error(`more than ${MOST_STOPS} stops`);
}

/** Returns whether the focus is nowhere again, or where it has been before. */
function cameAround(): boolean {
  const stop = document.activeElement;
  if (!(stop instanceof HTMLElement) || stop === document.body || stop.dataset['seen'] === 'yes') return true;
  stop.dataset['seen'] = 'yes';
  return false;
}

/** Expects that the dialog begins with the focus on `first`, or anywhere in it, and does not let it out. */
export async function keepsFocus(keys: Keyboard, dialog: Locator, first?: Locator): Promise<void> {
  await eventually(
    () =>
      first === undefined ? dialog.locator(':focus').count() : first.evaluate((element) => Number(element === document.activeElement)),
    (count) => count === 1,
  );
  for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab']) {
    await keys.press(key);
    if (!(await dialog.evaluate((element) => element.contains(document.activeElement)))) throw new Error(`${key} leads out of the dialog`);
  }
}

/** Waits until the focus is back where it was. */
export async function regains(target: Locator): Promise<void> {
  await eventually(
    () => hasFocus(target),
    (isThere) => isThere,
  );
}

/** Moves down the open menu to a choice, and takes it. */
export async function pick(page: Page, keys: Keyboard, name: string): Promise<void> {
  const choice = page.getByRole('menuitem', { name });
  await choice.waitFor();
  await eventually(
    async () => {
      await keys.press('ArrowDown');
      return hasFocus(choice);
    },
    (isThere) => isThere,
  );
  await keys.press('Enter');
}

/**
 * Returns those styles of an element, and of the elements closely around it, that can show that it has the focus. They are read as painted,
 * after transitions have begun.
 */
async function lookOf(node: Node): Promise<string> {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const looks: string[] = [];
  let element = node instanceof Element ? node : null;
  for (let level = 0; level < 5 && element !== null; level += 1, element = element.parentElement) {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderTopColor, backgroundColor } = getComputedStyle(element);
    const outline = outlineStyle === 'none' ? 'none' : `${outlineStyle} ${outlineWidth} ${outlineColor}`;
    looks.push([outline, boxShadow, borderTopColor, backgroundColor].join(' / '));
  }
  return looks.join('\n');
}

const describe = (target: Locator): Promise<string> =>
  target
    .first()
    .evaluate((element) => element.outerHTML.slice(0, 160), undefined, { timeout: 1000 })
    .catch(() => 'nothing');
