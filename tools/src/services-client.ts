// HTTP calls to the services that run here, with a token.
import { deliveryView, notificationView, type DeliveryView, type NotificationView } from '@billing-mail/contracts';
import { z } from 'zod';
import { CurableError } from './step.js';

/** Only to end what hangs: a service waits long for its turn on a busy machine. */
const ANSWER_WITHIN_MS = 120_000;

/** Calls and expects one of the given statuses, else throws with what the service said. `body` is `null` where there is none. */
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

/** The delivery that a published job became, or `null` while the dispatcher has not taken it. */
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

/** The caller's newest notification that is the one looked for, or `null`. */
export async function findNotification(
  service: string,
  token: string,
  isIt: (notification: NotificationView) => boolean,
): Promise<NotificationView | null> {
  const { body } = await call(`${service}/v1/notifications?limit=50`, token);
  const { items } = z.object({ items: z.array(notificationView) }).parse(body);
  return items.find(isIt) ?? null;
}
