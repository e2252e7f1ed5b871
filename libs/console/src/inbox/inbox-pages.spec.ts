import { type NotificationView } from '@billing-mail/contracts';
import { placeOf } from './place-of.js';
import { type AskForPage, BEGINNING, type InboxPlace, readInboxPage } from './inbox-pages.js';

/** Returns a service with these notifications, newest first, three to a page; `R` has been read. */
const serviceWith = (kinds: string): AskForPage => {
  const all = [...kinds].map((kind, index) => ({ id: String(index), readAt: kind === 'R' ? 'then' : null }) as NotificationView);
  return async ({ unread, cursor }) => {
    const found = all.filter(({ readAt }) => !unread || readAt === null);
    const from = Number(cursor ?? 0);
    const next = from + 3;
    return {
      items: found.slice(from, next),
      nextCursor: next < found.length ? String(next) : null,
      unreadCount: all.filter(({ readAt }) => readAt === null).length,
    };
  };
};

const pagesOf = async (kinds: string): Promise<string[]> => {
  const pages: string[] = [];
  for (let place: InboxPlace | null = BEGINNING; place !== null;) {
    const page = await readInboxPage(serviceWith(kinds), place);
    pages.push(page.items.map(({ id }) => id).join(' '));
    place = page.next;
  }
  return pages;
};

describe('the pages of the inbox', () => {
  it.each([
    ['nothing', '', ['']],
    ['what is unread before what has been read', 'RuRu', ['1 3 0 2', '']],
    ['unread ones that are older than many read ones first', 'RRRRRRu', ['6 0 1 2', '3 4 5', '']],
    ['more unread ones than fit on a page', 'uuRuu', ['0 1 3', '4 2', '']],
    ['no page without anything new', 'uuuuuuRR', ['0 1 2', '3 4 5 6 7']],
    ['only read ones', 'RRRR', ['0 1 2', '3']],
  ])('hold %s', async (_name, kinds, pages) => {
    expect(await pagesOf(kinds)).toEqual(pages);
  });

  it('count what is unread wherever they begin', async () => {
    const ask = serviceWith('uRRRu');
    expect((await readInboxPage(ask, BEGINNING)).unreadCount).toBe(2);
    expect((await readInboxPage(ask, { part: 'read', cursor: '3' })).unreadCount).toBe(2);
  });
});

describe('where a message leads', () => {
  it.each([
    [{ teamId: 'acme', incidentId: 'i1', deliveryId: null }, '/teams/acme/incidents/i1'],
    [{ teamId: 'acme', incidentId: 'i1', deliveryId: 'd1' }, '/teams/acme/incidents/i1'],
    [{ teamId: 'acme', incidentId: null, deliveryId: 'd1' }, '/teams/acme/deliveries/d1'],
    [{ teamId: 'acme', incidentId: null, deliveryId: null }, null],
  ])('%j: to the trouble that it is about, or else to its delivery', (message, place) => expect(placeOf(message)).toBe(place));
});
