import { type NotificationView } from '@billing-mail/contracts';

type ServicePage = { items: NotificationView[]; nextCursor: string | null; unreadCount: number };
/** Asks the service for a page of what is unread, or of everything; newest first in both cases. */
export type AskForPage = (query: { unread: boolean; cursor: string | null }) => Promise<ServicePage>;

/** Where a page of the inbox begins. */
export type InboxPlace = { part: 'unread' | 'read'; cursor: string | null };
export type InboxPage = { items: NotificationView[]; next: InboxPlace | null; unreadCount: number };

export const BEGINNING: InboxPlace = { part: 'unread', cursor: null };

/** Reads a page of the inbox: everything unread comes first, however old it is, then what has been read. */
export async function readInboxPage(ask: AskForPage, { part, cursor }: InboxPlace): Promise<InboxPage> {
  if (part === 'read') return readPart(ask, cursor);
  const { items, nextCursor, unreadCount } = await ask({ unread: true, cursor });
  if (nextCursor !== null) return { items, next: { part: 'unread', cursor: nextCursor }, unreadCount };
  const rest = await readPart(ask, null);
  return { ...rest, items: [...items, ...rest.items] };
}

/**
 * Reads a page of what has been read. The service has no such page: what is unread is left out, because it was shown before, and a page of
 * nothing else is skipped.
 */
async function readPart(ask: AskForPage, from: string | null): Promise<InboxPage> {
  for (let cursor = from; ;) {
    const { items, nextCursor, unreadCount } = await ask({ unread: false, cursor });
    const read = items.filter(({ readAt }) => readAt !== null);
    if (read.length > 0 || nextCursor === null)
      return { items: read, next: nextCursor === null ? null : { part: 'read', cursor: nextCursor }, unreadCount };
    cursor = nextCursor;
  }
}
