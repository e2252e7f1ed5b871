// Reads and changes the webhooks of a team, and the log of each.
import {
  type Page,
  type WebhookInput,
  type WebhookMessageStatus,
  type WebhookMessageView,
  type WebhookReplay,
  type WebhookView,
} from '@billing-mail/contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';

const KEY = 'webhooks';
const PAGE = 50;
/** While a message is under way, its result is near. */
const LOOK_EVERY_MS = 2000;

export function useWebhooks(team: string) {
  const { notifications } = useClients();
  return useQuery({
    queryKey: [KEY, team],
    queryFn: async (): Promise<WebhookView[]> =>
      (await ask(notifications.GET('/v1/teams/{teamId}/webhooks', { params: { path: { teamId: team } } }))).items,
  });
}

/** Returns in how many milliseconds one of these may have a result: soon, or once the next try is due; `false` if none is waiting. */
function nextLookIn(items: readonly WebhookMessageView[]): number | false {
  const waits = items
    .filter(({ status }) => status === 'waiting')
    .map(({ nextTryAt, tries }) => (tries.length === 0 || nextTryAt === null ? 0 : Date.parse(nextTryAt) - Date.now()));
  return waits.length === 0 ? false : Math.max(LOOK_EVERY_MS, Math.min(...waits));
}

/**
 * Reads the log, newest first; again while a message on the first page is under way. What comes in while it is open also reads the list of
 * webhooks again. `isNew`: something was sent just before it was opened, of which the list may not know the result.
 */
export function useWebhookLog(team: string, id: string, status: WebhookMessageStatus | null, isNew: boolean) {
  const { notifications } = useClients();
  const queryClient = useQueryClient();
  const log = useInfiniteQuery({
    queryKey: [KEY, team, id, status],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam: cursor }): Promise<Page<WebhookMessageView>> =>
      ask(
        notifications.GET('/v1/teams/{teamId}/webhooks/{id}/messages', {
          params: {
            path: { teamId: team, id },
            query: { limit: PAGE, ...(cursor === null ? {} : { cursor }), ...(status === null ? {} : { status }) },
          },
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => nextLookIn(state.data?.pages[0]?.items ?? []),
  });
  const { data } = log;
  const seen = useRef<{ status: typeof status; data: typeof data } | null>(null);
  useEffect(() => {
    if (data === undefined) return;
    const hasCome = seen.current === null ? isNew : seen.current.status === status && seen.current.data !== data;
    seen.current = { status, data };
    if (hasCome) void queryClient.invalidateQueries({ queryKey: [KEY, team], exact: true });
  }, [data, status, isNew, queryClient, team]);
  return log;
}

/** Returns a mutation that does something with a webhook. Whatever comes of it, list and logs are read again; `exact`: only the list. */
function useAction<Given, Answer>(team: string, action: (given: Given) => Promise<Answer>, exact = false) {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: action, onSettled: () => queryClient.invalidateQueries({ queryKey: [KEY, team], exact }) });
}

/** Returns all that can be done with a webhook. */
export function useWebhookActions(team: string) {
  const { notifications } = useClients();
  const of = (id: string) => ({ params: { path: { teamId: team, id } } });
  return {
    add: useAction(team, (body: WebhookInput) =>
      ask(notifications.POST('/v1/teams/{teamId}/webhooks', { params: { path: { teamId: team } }, body })),
    ),
    // Reads only the list: the log is deleted with the webhook, and a request for it would be answered with 404.
    remove: useAction(team, (id: string) => ask(notifications.DELETE('/v1/teams/{teamId}/webhooks/{id}', of(id))), true),
    rotate: useAction(team, ({ id, revokeOld }: { id: string; revokeOld: boolean }) =>
      ask(notifications.POST('/v1/teams/{teamId}/webhooks/{id}/rotate', { ...of(id), body: { revokeOld } })),
    ),
    switchOn: useAction(team, (id: string) => ask(notifications.POST('/v1/teams/{teamId}/webhooks/{id}/switch-on', of(id)))),
    test: useAction(team, (id: string) => ask(notifications.POST('/v1/teams/{teamId}/webhooks/{id}/test', of(id)))),
    replay: useAction(team, ({ id, messageId }: { id: string; messageId: string }) =>
      ask(
        notifications.POST('/v1/teams/{teamId}/webhooks/{id}/messages/{messageId}/replay', {
          params: { path: { teamId: team, id, messageId } },
        }),
      ),
    ),
    replayPeriod: useAction(team, ({ id, ...body }: WebhookReplay & { id: string }) =>
      ask(notifications.POST('/v1/teams/{teamId}/webhooks/{id}/replay', { ...of(id), body })),
    ),
  };
}
export type WebhookActions = ReturnType<typeof useWebhookActions>;
