import { type Page } from 'playwright-core';

/** Pastes text into a field, as from a spreadsheet. */
export async function paste(page: Page, field: string, text: string): Promise<void> {
  await page.locator(field).focus();
  await page.evaluate((content) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', content);
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}
