// HTTP client for the services that run here. It sends a token with each call.
import { deliveryView, notificationView, type DeliveryView, type NotificationView } from '@billing-mail/contracts';
import { z } from 'zod';
import { CurableError } from './step.js';

/** Ends only calls that hang: on a busy machine a service may take long to answer. */
const ANSWER_WITHIN_MS = 120_000;

/**
 * Sends a request. `body` is `null` if the response has none. Throws CurableError with the response if its
 * status is not one of those expected.
 */
export async function call(
  url: string,
  token: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string>; expect?: number[] } = {},
): Promise<{ status: number; body: unknown }> {
  const { method = 'GET', body, headers = {}, expect = [200] } = options;
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const text = await response.text();
  if (!expect.includes(response.status)) {
    throw new CurableError(
      `${method} ${url} answered ${response.status}: ${text.slice(0, 1000)}`,
      'see the log of that service; npm start keeps it in .data/logs.',
    );
  }
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}

const deliveryList = z.object({ items: z.array(z.object({ id: z.string(), key: z.string() })) });

/** Resolves with the delivery of a published job, or with `null` as long as the dispatcher has not taken the job. */
export async function findDelivery(
  dispatcher: string,
  token: string,
  job: { teamId: string; key: string; documentId: string },
): Promise<DeliveryView | null> {
  const base = `${dispatcher}/v1/teams/${job.teamId}/deliveries`;
  const list = await call(`${base}?documentId=${encodeURIComponent(job.documentId)}`, token);
  const found = deliveryList.parse(list.body).items.find(({ key }) => key === job.key);
  return found ? deliveryView.parse((await call(`${base}/${found.id}`, token)).body) : null;
}

/** Resolves with the newest of the caller's notifications for which `isIt` returns true, or with `null`. */
export async function findNotification(
  service: string,
  token: string,
  isIt: (notification: NotificationView) => boolean,
): Promise<NotificationView | null> {
  const { body } = await call(`${service}/v1/notifications?limit=50`, token);
  const { items } = z.object({ items: z.array(notificationView) }).parse(body);
  return items.find(isIt) ?? null;
}
