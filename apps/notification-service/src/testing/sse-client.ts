// A client of server-sent events (HTML standard, 9.2.6). It uses fetch, as EventSource can't send an Authorization header.
import { type NotificationView } from '@billing-mail/contracts';

type Heard = { id: number; view: NotificationView };
export type SseClient = {
  status: number;
  heard: Heard[];
  comments: string[];
  /** The value to send as Last-Event-ID. */
  lastEventId: string;
  /** Resolves when the server ends the stream or the connection is lost. */
  ended: Promise<void>;
  close(): void;
};

export async function openStream(url: string, headers: Record<string, string>, query = ''): Promise<SseClient> {
  const controller = new AbortController();
  const response = await fetch(`${url}/v1/notifications/stream${query}`, { headers, signal: controller.signal });
  const client: SseClient = {
    status: response.status,
    heard: [],
    comments: [],
    lastEventId: headers['Last-Event-ID'] ?? '',
    ended: Promise.resolve(),
    close: () => controller.abort(),
  };
  client.ended = readAll(client, response).catch(() => undefined);
  return client;
}

async function readAll(client: SseClient, response: Response): Promise<void> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    blocks.forEach((block) => readBlock(client, block));
  }
}

function readBlock(client: SseClient, block: string): void {
  let data: string | null = null;
  for (const line of block.split('\n')) {
    if (line.startsWith(':')) client.comments.push(line.slice(1).trim());
    else if (line.startsWith('id: ')) client.lastEventId = line.slice(4);
    else if (line.startsWith('data: ')) data = line.slice(6);
  }
  if (data !== null) client.heard.push({ id: Number(client.lastEventId), view: JSON.parse(data) as NotificationView });
}
