import { type Page } from '@billing-mail/contracts';

/** Reads a list to its end. `onPage` gets the number read so far and stops the reading by returning `false`. */
export async function readPages<Item>(
  read: (cursor: string | null) => Promise<Page<Item>>,
  onPage: (count: number) => boolean = () => true,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    const page: Page<Item> = await read(cursor);
    items.push(...page.items);
    if (!onPage(items.length)) return items;
    cursor = page.nextCursor;
  }
  return items;
}
