import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type NotificationView } from '@billing-mail/contracts';
import { useEffect } from 'react';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ownTimeZone } from '../api/own-time-zone.js';
import { useLanguage } from '../words/words-context.js';
import { type AskForPage, BEGINNING, readInboxPage } from './inbox-pages.js';
import { followNotifications } from './notification-stream.js';

const INBOX = ['inbox'] as const;
const PAGE = 50;

/** Reads the caller's notifications, unread ones first, as far as they were asked for. */
export function useInbox() {
  const { notifications } = useClients();
  const askForPage: AskForPage = ({ unread, cursor }) => {
    const query = { limit: PAGE, timeZone: ownTimeZone(), ...(unread ? { unread } : {}), ...(cursor === null ? {} : { cursor }) };
    return ask(notifications.GET('/v1/notifications', { params: { query } }));
  };
  return useInfiniteQuery({
    queryKey: INBOX,
    initialPageParam: BEGINNING,
    queryFn: ({ pageParam }) => readInboxPage(askForPage, pageParam),
    getNextPageParam: ({ next }) => next,
    staleTime: 30_000,
  });
}

/**
 * Keeps the inbox, and what its messages are about, up to date while the page is open. `onNew` is called with each new message, in the
 * language of the page.
 */
export function useLiveInbox(onNew: (notice: NotificationView) => void): void {
  const { config } = useClients();
  const { locale } = useLanguage();
  const queryClient = useQueryClient();
  useEffect(() => {
    const ending = new AbortController();
    const refresh = (): void => void queryClient.invalidateQueries({ queryKey: INBOX });
    const tell = (data: string): void => {
      onNew(JSON.parse(data) as NotificationView);
      refresh();
      for (const key of ['deliveries-head', 'delivery', 'run-report', 'bounced-addresses', 'deliveries-statistics'])
        void queryClient.invalidateQueries({ queryKey: [key] });
    };
    void followNotifications(config.notificationServiceUrl, locale, ending.signal, refresh, tell);
    return () => ending.abort();
  }, [config, locale, queryClient, onNew]);
}

/** Marks one notification (its id) or all of them (`null`) as read. */
export function useMarkRead() {
  const { notifications } = useClients();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (id: string | null): Promise<void> => {
      if (id === null) await ask(notifications.POST('/v1/notifications/read-all'));
      else await ask(notifications.POST('/v1/notifications/{id}/read', { params: { path: { id } } }));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: INBOX }),
  });
}
